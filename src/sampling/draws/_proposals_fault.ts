// What is wrong with draws ahead in a saved state that somebody else wrote.
import { TILE } from "../../../kernels/mod.ts";
import { type Folded, shown, wholeFault } from "../../core/mod.ts";
import type { Proposals } from "./_proposals.ts";

const MOST_EXPONENT = 2 ** 53;

/** What is wrong with so many draws: tiles that were not read, races that nobody wins so, tiles whose logits are not there. */
export function proposalsFault(proposals: Proposals | null, count: number, folded: Folded): string | undefined {
  if (proposals === null || count === 0) {
    return proposals === null ? undefined : `proposals is ${shown(proposals)}, wanted null`;
  }
  const { round, tile, ratio, exponent, mantissa } = proposals;
  const fault = wholeFault("proposals.round", round, 0, 0);
  if (fault) return fault;
  for (const [name, list] of Object.entries({ tile, ratio, exponent, mantissa })) {
    const fault = wholeFault(`the length of proposals.${name}`, list.length, count, count);
    if (fault) return fault;
  }
  for (let j = 0; j < count; j++) {
    if (tile[j] !== -1 && !isLeader(proposals, j, folded)) {
      return `proposals has a leading tile ${tile[j]} that none is`;
    }
  }
  return keptFault(proposals, folded);
}

function isLeader({ tile, ratio, exponent, mantissa }: Proposals, j: number, folded: Folded): boolean {
  return folded.has(tile[j] * TILE) && ratio[j] > 0 && ratio[j] < Infinity && mantissa[j] >= 1 && mantissa[j] < 2 &&
    Number.isInteger(exponent[j]) && Math.abs(exponent[j]) <= MOST_EXPONENT;
}

/** The logits of every leading tile are there, once. */
function keptFault({ tile, kept }: Proposals, { vocabulary, element }: Folded): string | undefined {
  const leading = new Set(tile);
  leading.delete(-1);
  const wanted = wholeFault("the length of proposals.kept", kept.length, leading.size, leading.size);
  if (wanted) return wanted;
  const View = element === "f64" ? Float64Array : Float32Array;
  for (const one of kept as unknown[]) {
    const { tile, logits } = Object(one) as { readonly tile?: unknown; readonly logits?: unknown };
    if (!leading.delete(tile as number)) return `proposals.kept has tile ${shown(tile)}, which does not lead`;
    if (!(logits instanceof View)) return `the logits of a tile of proposals.kept are ${shown(logits)}`;
    const length = Math.min(TILE, vocabulary - (tile as number) * TILE);
    const fault = wholeFault("the length of the logits of a tile of proposals.kept", logits.length, length, length);
    if (fault) return fault;
    // A tile with an invalid logit has no mass.
    if (!logits.every((x) => x < Infinity)) return "proposals.kept has an invalid logit, wanted none";
  }
}
