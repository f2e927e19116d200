// The kept tokens with their probabilities.
import { applyTiles } from "../../core/inside.ts";
import { exp } from "../../../kernels/mod.ts";
import { eachRun, kernelsFor, type Values, viewOf } from "../../row/inside.ts";
import { windowEdit } from "../cuts/_window_edit.ts";
import { byProbability } from "./_by_probability.ts";
import { isSpan } from "../cuts/_rung.ts";
import type { KeptTokens } from "./_row_run.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Distribution } from "../distribution.ts";

/** The distribution of the tokens that a chain keeps; reads the row once more where it was not listed. */
export function distributionOf({ ladder, edits }: KeptTokens, values: Values, index: number): Distribution {
  return ladder.listed ? fromList(ladder) : fromRow(ladder, [...edits, windowEdit(ladder.rungs)], values, index);
}

function fromList(ladder: RungLadder): Distribution {
  const { rungs, mass } = ladder;
  const ids: number[] = [], probabilities: number[] = [];
  for (const rung of rungs) {
    if (isSpan(rung) || !(rung.m > 0)) continue;
    for (const id of rung.ids) {
      ids.push(id);
      probabilities.push(rung.m / rung.n / mass);
    }
  }
  return byProbability(Uint32Array.from(ids), Float64Array.from(probabilities));
}

function fromRow(
  { divisor, top, count }: RungLadder,
  edits: KeptTokens["edits"],
  values: Values,
  index: number,
): Distribution {
  const room = Math.min(Math.ceil(count), values.length);
  const ids = new Uint32Array(room), weights = new Float64Array(room);
  let size = 0, sum = 0;
  const kernels = kernelsFor(values instanceof Float64Array ? "f64" : "f32");
  eachRun(kernels, [values], index, ({ lanes: [{ mapped }], at: [at], count, start }) => {
    const edited = viewOf(kernels, mapped, count);
    edited.set(viewOf(kernels, at, count));
    applyTiles(edits, edited, index, start);
    for (let i = 0; i < count; i++) {
      const x = edited[i];
      const weight = x > -Infinity ? exp(x / divisor - top) : 0;
      if (!(weight > 0)) continue;
      ids[size] = start + i;
      weights[size++] = weight;
      sum += weight;
    }
  });
  const probabilities = weights.subarray(0, size).map((weight) => weight / sum);
  return byProbability(ids.slice(0, size), probabilities);
}
