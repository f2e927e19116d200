import { ParameterError } from "../core/mod.ts";
import type { SinkOptions } from "./sink_options.ts";

type Input = NonNullable<SinkOptions["inputs"]>[number];

/** A file as the system knows it, whatever it is called. */
interface Known {
  readonly path?: string | URL;
  readonly dev: number;
  readonly ino: number | null;
}

/** Refuses a target that is one of the files that are read. */
export async function refuseInputs(what: string, target: Known, inputs: readonly Input[]): Promise<void> {
  for (const input of inputs) {
    const known = await knownOf(input);
    if (!known || !await isSame(target, known)) continue;
    const name = known.path instanceof URL ? known.path.pathname : known.path;
    const same = name === undefined || `"${name}"` === what ? "it" : `it is "${name}", which`;
    throw new ParameterError(`Cannot write ${what}: ${same} is being read; wanted another file`);
  }
}

/** Nothing of what is not there, or may not be looked at, can be read either. */
async function knownOf(input: Input): Promise<Known | undefined> {
  if (typeof input !== "string" && !(input instanceof URL)) return input;
  const info = await Deno.stat(input).catch(() => undefined);
  return info && { path: input, dev: info.dev, ino: info.ino };
}

/** Device and inode tell a file by all its names; where the system gives none, the path without its links does. */
async function isSame(a: Known, b: Known): Promise<boolean> {
  if (a.ino !== null && b.ino !== null) return a.ino === b.ino && a.dev === b.dev;
  if (a.path === undefined || b.path === undefined) return false;
  return await Deno.realPath(a.path) === await Deno.realPath(b.path);
}
