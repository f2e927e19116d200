// The monitor over rows: the worked example of the paper's switch, its dwell time, events exactly when the rolling mean crosses,
// rows without entropy, and refusals.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { entropyMonitor, type EntropyMonitorOptions, type EntropyReading, reduce } from "../../src/flow/mod.ts";
import { entropy } from "../../src/reducers/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";

async function readings(entropies: number[], options: EntropyMonitorOptions): Promise<EntropyReading[]> {
  const rows = ReadableStream.from(entropies.map((entropy) => ({ entropy })));
  return await Array.fromAsync(rows.pipeThrough(entropyMonitor(options)), ({ monitor }) => monitor);
}

function states(found: EntropyReading[]): string {
  return found.map(({ state }) => state[0]).join("");
}

const PAPER = [0.5, 0.75, 2.5, 3, 0.25, 0.25, 0.25, 0.25];

Deno.test("the worked example: rolling means, events and states", async () => {
  const found = await readings(PAPER, { window: 2, threshold: 1, dwell: 2 });
  assertEquals(found.map(({ rolling }) => rolling), [0.5, 0.625, 1.625, 2.75, 1.625, 0.25, 0.25, 0.25]);
  assertEquals(states(found), "sslllsss");
  const events = [undefined, undefined, "above", undefined, undefined, "below", undefined, undefined];
  assertEquals(found.map(({ event }) => event), events as EntropyReading["event"][]);
  assertEquals(found.flatMap(({ switched }, i) => switched ? [i] : []), [2, 5]);
});

Deno.test("dwell: no two switches nearer than it; 0 follows the threshold at once", async () => {
  const jumpy = Array.from({ length: 40 }, (_, i) => i % 2 ? 5 : 0);
  assertEquals(states(await readings(jumpy.slice(0, 6), { window: 1, threshold: 1, dwell: 0 })), "slslsl");
  for (const dwell of [1, 2, 3, 7]) {
    const switches = (await readings(jumpy, { window: 1, threshold: 1, dwell }))
      .flatMap(({ switched }, i) => switched ? [i] : []);
    switches.reduce((last, at) => {
      assert(at - last >= dwell, `${last} to ${at}`);
      return at;
    }, 0);
    assert(switches.length > 2);
  }
});

Deno.test("a mean at the threshold is not above it", async () => {
  assertEquals(states(await readings([1, 1, 1.5], { window: 1, threshold: 1, dwell: 0 })), "ssl");
});

Deno.test("a row without entropy changes nothing: no switch, no event, no part in the mean", async () => {
  const found = await readings([0.5, NaN, NaN, 3, NaN, 3], { window: 2, threshold: 1, dwell: 2 });
  assertEquals(found.map(({ rolling }) => rolling), [0.5, 0.5, 0.5, 1.75, 1.75, 3]);
  for (const i of [1, 2, 4]) {
    assertEquals([found[i].event, found[i].switched, found[i].state], [undefined, false, found[i - 1].state]);
    assert(Number.isNaN(found[i].current));
  }
  const first = await readings([NaN, 2], { window: 3, threshold: 1, dwell: 0 });
  assertEquals(first[0], { current: NaN, rolling: NaN, event: undefined, state: "small", switched: false });
  assertEquals(first[1].state, "large");
});

Deno.test("a switch that waits for its dwell time does not happen on a row without entropy", async () => {
  const found = await readings([3, NaN, NaN, NaN, 3], { window: 1, threshold: 1, dwell: 2 });
  assertEquals(found.slice(1, 4).map(({ switched }) => switched), [false, false, false]);
});

Deno.test("start large: it falls to small after the dwell time", async () => {
  assertEquals(states(await readings([0, 0, 0, 0], { window: 2, threshold: 1, dwell: 2, start: "large" })), "llss");
});

Deno.test("a window longer than the rows is the mean of all; the mean does not drift", async () => {
  const found = await readings([1, 2, 3], { window: 100, threshold: 1, dwell: 0 });
  assertEquals(found.map(({ rolling }) => rolling), [1, 1.5, 2]);
  const long = await readings([1e16, ...Array.from({ length: 50 }, () => 1)], { window: 4, threshold: 1, dwell: 0 });
  assertEquals(long.at(-1)!.rolling, 1, "a large value leaves nothing behind");
});

Deno.test("it reads any field, keeps the row, and runs behind reduce", async () => {
  const logits = fromArray([0, 0, 0, 0, 9, 0, 0, 0, 0, NaN, 0, 0], { vocabulary: 4 });
  const watched = reduce(logits, { h: entropy({ unit: "bits" }) })
    .pipeThrough(entropyMonitor({ window: 1, threshold: 1.5, dwell: 0, field: "h" }));
  const rows = await Array.fromAsync(watched);
  assertEquals(rows.map(({ index, monitor }) => [index, monitor.state]), [[0, "large"], [1, "small"], [2, "small"]]);
  assertEquals(rows[0].h, 2);
});

Deno.test("options out of range are refused", () => {
  const sound = { window: 1, threshold: 1, dwell: 0 };
  for (const window of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => entropyMonitor({ ...sound, window }), RangeError);
  }
  for (const dwell of [-1, 0.5, NaN]) assertThrows(() => entropyMonitor({ ...sound, dwell }), RangeError);
  for (const threshold of [NaN, Infinity]) assertThrows(() => entropyMonitor({ ...sound, threshold }), RangeError);
  assertThrows(() => entropyMonitor({ ...sound, start: "tiny" as "small" }), RangeError);
});
