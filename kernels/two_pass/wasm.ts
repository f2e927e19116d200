/** What the paper's fast path refuses, the reference does. */
import type { ExportsOf } from "../functions.ts";
import type { Views } from "../views.ts";
import * as reference from "./reference.ts";
import type { TwoPass } from "./two_pass.ts";

export function pairSum(views: Views, exports: ExportsOf<TwoPass>): TwoPass["pairSum"] {
  const exact = reference.pairSum(views);
  return (logits, count, out) => {
    if (!exports.pairSum(logits, count, out)) exact(logits, count, out);
  };
}

export function pairScale(views: Views, exports: ExportsOf<TwoPass>): TwoPass["pairScale"] {
  const exact = reference.pairScale(views);
  return (logits, count, mapped, mantissa, exponent) => {
    if (!exports.pairScale(logits, count, mapped, mantissa, exponent)) exact(logits, count, mapped, mantissa, exponent);
  };
}
