import type { Patch } from "./binaries.ts";

/** Shorter matches cost more to name than to repeat. */
const SHORTEST = 12;

/** How a binary is told by another: from left to right, the longest match each time. */
export function patchOf(other: Uint8Array, wanted: Uint8Array): Patch {
  const places = placesIn(other);
  const steps: [from: number, length: number, own: string][] = [[0, 0, ""]];
  let own = 0;
  for (let at = 0; at < wanted.length;) {
    const [from, length] = longestMatch(other, places, wanted, at);
    if (length > 0) {
      steps.push([from, length, ""]);
      own = at += length;
    } else {
      at++;
      steps[steps.length - 1][2] = wanted.subarray(own, at).toHex();
    }
  }
  return steps.filter(([, length, own]) => length > 0 || own !== "");
}

/** Where each run of `SHORTEST` bytes begins. */
function placesIn(bytes: Uint8Array): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let at = 0; at + SHORTEST <= bytes.length; at++) {
    const run = runAt(bytes, at);
    const known = places.get(run);
    if (known) known.push(at);
    else places.set(run, [at]);
  }
  return places;
}

function runAt(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + SHORTEST).join();
}

function longestMatch(
  other: Uint8Array,
  places: ReadonlyMap<string, readonly number[]>,
  wanted: Uint8Array,
  at: number,
): readonly [from: number, length: number] {
  const matches = (places.get(runAt(wanted, at)) ?? []).map((from) =>
    [from, matchLength(other, from, wanted, at)] as const
  );
  return matches.reduce((best, match) => match[1] > best[1] ? match : best, [0, 0] as const);
}

function matchLength(other: Uint8Array, from: number, wanted: Uint8Array, at: number): number {
  let length = 0;
  while (from + length < other.length && at + length < wanted.length && other[from + length] === wanted[at + length]) {
    length++;
  }
  return length;
}
