import { devNull } from "node:os";

/** How many file handles are free, counted no further than `wanted`; `undefined` where that cannot be found out. */
export function freeHandles(wanted: number): number | undefined {
  const open: Deno.FsFile[] = [];
  try {
    // No system tells it without permissions of its own; and what counts is what can be opened.
    while (open.length < wanted) open.push(Deno.openSync(devNull));
  } catch (error) {
    if (!/^E[MN]FILE$/.test((error as { code?: string }).code ?? "")) return undefined;
  } finally {
    for (const file of open) file.close();
  }
  return open.length;
}
