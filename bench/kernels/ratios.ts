/**
 * Prints ns a logit of every kernel and its ratio to the plain read of the same run: CPU time, rounds interleaved, medians.
 *
 * `deno run -A bench/kernels/ratios.ts [fma|simd] [lengths...]`
 *
 * @module
 */
import process from "node:process";
import { passesOf } from "./workload.ts";

const ROUNDS = 11;

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** CPU time of this process so far, so that other processes only disturb the caches. */
function cpuNanoseconds(): number {
  return process.cpuUsage().user * 1000;
}

/** Nanoseconds a logit of each pass. */
function measure(build: "fma" | "simd", length: number): Map<string, number> {
  const passes = passesOf(build, length);
  const repeats = Math.max(1, Math.round(2 ** 22 / length));
  const times = new Map(passes.map(({ name }) => [name, [] as number[]]));
  for (let round = -3; round < ROUNDS; round++) {
    for (const { name, run } of passes) {
      if (name === "Math.exp loop" && length > 2 ** 20 && round > 2) continue;
      const start = cpuNanoseconds();
      for (let i = 0; i < repeats; i++) run();
      if (round >= 0) times.get(name)!.push((cpuNanoseconds() - start) / repeats / length);
    }
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

if (import.meta.main) {
  const build = Deno.args[0] === "simd" ? "simd" : "fma";
  const lengths = Deno.args.slice(1).map(Number);
  for (const length of lengths.length > 0 ? lengths : [2 ** 14, 2 ** 18, 2 ** 24]) {
    const times = measure(build, length);
    const read = times.get("plain read")!;
    console.info(`\n${build}, ${length} logits`.padEnd(40) + "ns a logit   x plain read");
    for (const [name, ns] of times) {
      console.info(`  ${name.padEnd(36)}${ns.toFixed(3).padStart(10)}${(ns / read).toFixed(2).padStart(14)}`);
    }
  }
}
