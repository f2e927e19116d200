import { UsageError } from "./_usage_error.ts";

/** Refuses to write over the source. */
export async function refuseSameFile(source: string, target: string): Promise<void> {
  const [from, to] = await Promise.all([source, target].map((path) => Deno.realPath(path).catch(() => undefined)));
  if (from !== undefined && from === to) {
    throw new UsageError(`Cannot write to "${target}": it is the source, wanted another file`);
  }
}
