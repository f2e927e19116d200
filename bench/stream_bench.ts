/**
 * What does the stream layer add to the bare kernel?
 *
 * The bare kernel sweeps and deposits a row that lies in WASM memory. `reduce` gets the same row as a stream of chunks: it
 * checks their order, brings them into the arena, sweeps, and gives a row object. Promised: at most 1.35 times the bare kernel
 * with chunks of 64 Ki logits, 1.8 times with 16 Ki.
 *
 * `warm` is one row of 256 Ki logits, 16 times over; `16M` is one row of 64 MiB, twice the last-level cache measured on.
 */
import { fromArray, logSumExp } from "../mod.ts";
import { ask } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { kernelWay } from "./_kernel_way.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";
import { repeated } from "./_repeated.ts";

const BARE = "log-sum-exp: sweep and deposit";
const reducers = { lse: logSumExp() };
const WARM = 2 ** 18, TIMES = 16, LARGE = 2 ** 24;
const warm = once(() => normalLogits(WARM));
const large = once(() => normalLogits(LARGE));

ask({
  question: "stream layer, a warm row of 256 Ki, 16 times",
  logits: WARM * TIMES,
  ways: {
    "bare kernel": () => {
      const run = kernelWay(BARE, WARM)();
      return () => {
        for (let i = 0; i < TIMES; i++) run();
      };
    },
    "reduce, chunks of 64 Ki": () => {
      const logits = repeated(warm(), TIMES, 2 ** 16);
      return () => drain(logits, reducers);
    },
    "reduce, chunks of 16 Ki": () => {
      const logits = repeated(warm(), TIMES, 2 ** 14);
      return () => drain(logits, reducers);
    },
  },
  targets: [
    { of: "reduce, chunks of 64 Ki", against: "bare kernel", most: 1.35 },
    { of: "reduce, chunks of 16 Ki", against: "bare kernel", most: 1.8 },
  ],
});

ask({
  question: "stream layer, one row of 16 Mi",
  logits: LARGE,
  ways: {
    "bare kernel": kernelWay(BARE, LARGE),
    "reduce, chunks of 64 Ki": () => {
      const logits = repeated(large(), 1, 2 ** 16);
      return () => drain(logits, reducers);
    },
    "reduce, chunks of 16 Ki": () => {
      const logits = repeated(large(), 1, 2 ** 14);
      return () => drain(logits, reducers);
    },
    "reduce, an array": () => {
      const logits = fromArray(large());
      return () => drain(logits, reducers);
    },
  },
  targets: [
    { of: "reduce, chunks of 64 Ki", against: "bare kernel", most: 1.35 },
    { of: "reduce, chunks of 16 Ki", against: "bare kernel", most: 1.8 },
    { of: "reduce, an array", against: "bare kernel", most: 1.35 },
  ],
});
