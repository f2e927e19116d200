// Where is a model unsure? The entropy of each row of a text recogniser (a row is a column of the picture) is watched as
// it flows: a rolling mean, events when it crosses a threshold, and the switch between a small and a large model.
import { entropy, entropyMonitor, fromFile, reduce } from "@sluice/sluice";
import { assertEquals } from "@std/assert";

const logits = await fromFile(new URL("data/ocr_logits_f32.npy", import.meta.url));
const rows = reduce(logits, { entropy: entropy() })
  .pipeThrough(entropyMonitor({ window: 4, threshold: 0.25, dwell: 6 }));

let large = 0;
const events: string[] = [];
for await (const { index, monitor } of rows) {
  if (monitor.state === "large") large++;
  if (!monitor.event) continue;
  events.push(monitor.event);
  console.log(
    `row ${String(index).padStart(3)}: rolling entropy ${
      monitor.rolling.toFixed(3)
    } nats, ${monitor.event} the threshold` +
      (monitor.switched ? `; now the ${monitor.state} model` : ""),
  );
}
console.log(`${large} of ${logits.shape.rows} rows would go to the large model`);
assertEquals(events[0], "above");
