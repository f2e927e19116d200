import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";
import { sweepRows as exactRows } from "./reference.ts";

/** The fast path, and in float64 each row that it cannot do. */
export function sweepRows(views: Views, exports: Exports): Kernels["sweepRows"] {
  const exact = exactRows(views), width = 1 << views.shift;
  return (logits, count, vocabulary, out) => {
    const rows = Math.floor(count / vocabulary), at = (row: number) => logits + row * vocabulary * width;
    for (let done = 0; done < rows; done++) {
      done += exports.sweepRows(at(done), (rows - done) * vocabulary, vocabulary, out + 16 * done);
      if (done === rows) break;
      if (exact(at(done), vocabulary, vocabulary, out + 16 * done) === 0) return done;
    }
    return rows;
  };
}
