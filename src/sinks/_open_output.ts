import { FileOutput } from "./_file_output.ts";
import type { Output } from "./_output.ts";
import { StreamOutput } from "./_stream_output.ts";
import type { SinkOptions } from "./sink_options.ts";

/** Opens a file for writing, or takes a stream. */
export async function openOutput(
  target: string | URL | WritableStream<Uint8Array>,
  options?: SinkOptions,
): Promise<Output> {
  return target instanceof WritableStream ? new StreamOutput(target) : await FileOutput.open(target, options);
}
