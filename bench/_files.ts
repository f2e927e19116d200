/** Files for benches, in a folder that goes when the bench ends. */
import { once } from "./_once.ts";

const folder = once(() => {
  const path = Deno.makeTempDirSync({ prefix: "sluice-bench-" });
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  return path;
});

/** Where a file of that name is, or would be. */
export function pathOf(name: string): string {
  return `${folder()}/${name}`;
}

/** A file of logits as raw float32, over and over: its path. */
export function rawFile(name: string, logits: Float32Array<ArrayBuffer>, times = 1): string {
  const path = pathOf(name);
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const bytes = new Uint8Array(logits.buffer);
  for (let i = 0; i < times; i++) for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  return path;
}
