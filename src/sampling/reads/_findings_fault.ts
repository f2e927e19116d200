// What is wrong with the state of a first read that somebody else wrote.
import { type Folded, shown, wholeFault } from "../../core/mod.ts";
import { heapFault, slotFault, slotMaximum } from "../../row/mod.ts";
import { type Findings, kernelsOf } from "./_findings.ts";
import type { ReadPlan } from "./_read_plan.ts";
import { proposalsFault } from "../draws/_proposals_fault.ts";

/** What is wrong with the findings of a first read that somebody wrote: what no row gives, or what the read was not asked for. */
export function findingsFault(found: Readonly<Findings>, plan: ReadPlan, folded: Folded): string | undefined {
  return headFault(found, folded) ?? sumFault(found, plan, folded) ?? holdingsFault(found, plan, folded);
}

/** Before anything was read a state does not know by whom. */
function headFault({ row, backend, element }: Readonly<Findings>, folded: Folded): string | undefined {
  const by = folded.count > 0 ? folded : { backend: "", element: "f32" };
  return wholeFault("row", row, folded.row, folded.row) ??
    (backend === by.backend ? undefined : `backend is ${shown(backend)}, wanted "${by.backend}"`) ??
    (element === by.element ? undefined : `element is ${shown(element)}, wanted "${by.element}"`);
}

/** The row after the edits has a sum of its own. */
function sumFault(
  { sum, nan, posInf }: Readonly<Findings>,
  { level, edited }: ReadPlan,
  { count }: Folded,
): string | undefined {
  const most = edited ? count : 0;
  const fault = wholeFault("nan", nan, 0, most) ?? wholeFault("posInf", posInf, 0, most - nan);
  if (fault) return fault;
  if (most === 0) return wholeFault("the length of sum", sum.length, 0, 0);
  return slotFault("sum", sum, { level, count, invalid: nan + posInf }) ??
    ((posInf > 0) === (slotMaximum(sum) === Infinity) ? undefined : `sum is not that of ${posInf} logits of +Infinity`);
}

function holdingsFault(
  { best, raw, proposals, kept, sum }: Readonly<Findings>,
  plan: ReadPlan,
  folded: Folded,
): string | undefined {
  const maximum = plan.edited && sum.length > 0 ? slotMaximum(sum) : folded.maximum;
  return heapFault("best.", best, plan.best, folded, maximum) ?? heapFault("raw.", raw, plan.raw, folded) ??
    proposalsFault(proposals, plan.proposals, folded) ?? (plan.keeps ? keptFault(kept, maximum, folded) : undefined);
}

/** What is wrong with the logits that are kept: they are all that were folded, in order, unless these are too many. */
function keptFault(kept: Findings["kept"], maximum: number, { count, element, backend }: Folded): string | undefined {
  if (count === 0) return kept?.length === 0 ? undefined : `kept is ${shown(kept)}, wanted an empty list`;
  const most = kernelsOf({ backend, element }).arena.storeLength;
  if (count > most) return kept === null ? undefined : `kept is ${shown(kept)}, wanted null`;
  if (!Array.isArray(kept)) return `kept is ${shown(kept)}, wanted a list`;
  const View = element === "f64" ? Float64Array : Float32Array;
  let size = 0, least = 0;
  for (const one of kept as unknown[]) {
    const { start, logits } = Object(one) as { readonly start?: unknown; readonly logits?: unknown };
    const fault = wholeFault("the start of logits that are kept", start as number, least, Number.MAX_SAFE_INTEGER);
    if (fault) return fault;
    if (!(logits instanceof View)) return `logits that are kept are ${shown(logits)}, wanted a ${View.name}`;
    if (logits.some((x) => x > maximum)) return "kept has a logit above the maximum";
    least = start as number + logits.length;
    size += logits.length;
  }
  return wholeFault("the number of logits that are kept", size, count, count);
}
