/** What the tests of `fromStdin` run: prints the shape and the logits, or the error. Arguments: options, range, way. */
import { errorCode } from "@sluice/sluice/core";
import { fromStdin } from "@sluice/sluice/sources";
import { drain, logitsOf } from "./_bytes.ts";

const [options, range, way] = Deno.args;
try {
  const logits = await fromStdin(JSON.parse(options));
  const parsed = JSON.parse(range);
  const found = way === "read"
    ? [...new Float32Array((await drain(logits.source!.read!(parsed))).buffer)]
    : way === "cancel"
    ? (await logits.open(parsed).cancel(), [])
    : way === "abort"
    ? await logitsOf(logits.open({ signal: AbortSignal.timeout(50) }))
    : await logitsOf(logits.open(parsed));
  const again = await Promise.try(() => logits.open()).then(() => "none", errorCode);
  console.log(JSON.stringify({ shape: logits.shape, replay: logits.replay, found, again }));
} catch (error) {
  console.log(JSON.stringify({ code: errorCode(error) ?? (error as Error).name, message: (error as Error).message }));
}
