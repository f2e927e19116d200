import { define, type Definition } from "../core/mod.ts";
import type { SinkOptions } from "./sink_options.ts";

/** The row of the catalogue of a sink that takes a path and nothing else. */
export function sinkDefinition<T>(
  name: string,
  help: string,
  open: (path: string, options: SinkOptions) => Promise<T>,
): Definition<Promise<T>> {
  return define({
    name,
    kind: "sink",
    help,
    options: { path: { type: "text", argument: true, help: "a path" } },
    async make({ path }, _spec, { grants }) {
      return grants ? await open(await grants.writable(path), { inputs: grants.inputs }) : await open(path, {});
    },
  });
}
