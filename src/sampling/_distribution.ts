import { exp } from "../../kernels/mod.ts";
import { eachSlice, type RowValues } from "./_door.ts";
import { eachEdited } from "./_findings.ts";
import type { Ladder } from "./_ladder.ts";
import { windowEdit } from "./_restart.ts";
import type { Conclusion } from "./_run.ts";
import type { Distribution } from "./distribution.ts";

/** The distribution that a chain's conclusion stands for; reads the row once more where it was not listed. */
export function distributionOf(
  { ladder, edits, member }: Conclusion,
  values: RowValues,
  index: number,
): Distribution {
  return ladder.listed ? fromList(ladder) : fromRow(ladder, [...edits, windowEdit(ladder, member)], values, index);
}

function fromList({ from, to, id, m, mass }: Ladder): Distribution {
  const ids: number[] = [], probabilities: number[] = [];
  for (let i = from; i < to; i++) {
    if (!(m[i] > 0)) continue;
    ids.push(id[i]);
    probabilities.push(m[i] / mass);
  }
  return { ids: Uint32Array.from(ids), probabilities: Float64Array.from(probabilities) };
}

function fromRow(
  { divisor, top, mass, count }: Ladder,
  edits: Conclusion["edits"],
  values: RowValues,
  index: number,
): Distribution {
  const ids = new Uint32Array(Math.min(count, values.length)), probabilities = new Float64Array(ids.length);
  let size = 0;
  eachSlice(values, index, "maximum", (block) => {
    eachEdited(block, edits, "maximum", (edited) => {
      for (let i = 0; i < edited.count; i++) {
        const x = edited.values[i];
        const weight = x > -Infinity ? exp(x / divisor - top) : 0;
        if (!(weight > 0)) continue;
        ids[size] = edited.start + i;
        probabilities[size++] = weight / mass;
      }
    });
  });
  return size > LONG
    ? { ids: ids.slice(0, size), probabilities: probabilities.slice(0, size) }
    : ranked(ids, probabilities, size);
}

/** Above so many tokens a distribution is left in the order of ids. */
const LONG = 4096;

function ranked(ids: Uint32Array, probabilities: Float64Array, size: number): Distribution {
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  return {
    ids: Uint32Array.from(order, (i) => ids[i]),
    probabilities: Float64Array.from(order, (i) => probabilities[i]),
  };
}
