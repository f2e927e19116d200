import { InvalidLogitError, ParameterError, type RowFacts, shown } from "../core/mod.ts";

/** Whether a row, or one of its streams, has no distribution. */
export function isInvalid({ nan, posInf, allMasked }: Pick<RowFacts, "nan" | "posInf" | "allMasked">): boolean {
  return nan > 0 || posInf > 0 || allMasked;
}

/** Refuses a word about invalid rows that is none. */
export function checkOnInvalid(onInvalid: unknown): void {
  if (onInvalid === undefined || onInvalid === "report" || onInvalid === "throw") return;
  throw new ParameterError(`Cannot use onInvalid ${shown(onInvalid)}: wanted "report" or "throw"`);
}

/** The error of an invalid row under `onInvalid: "throw"`; `stream`: which of several. */
export function invalidRow({ index, nan, posInf, firstInvalid }: RowFacts, stream?: string): InvalidLogitError {
  const what = nan > 0
    ? `${nan} logits are NaN`
    : posInf > 0
    ? `${posInf} logits are +Infinity`
    : "every logit is masked";
  const where = firstInvalid === undefined ? "" : `, the first at id ${firstInvalid}`;
  const of = stream === undefined ? "" : ` of stream "${stream}"`;
  return new InvalidLogitError(`Cannot use row ${index}${of}: ${what}${where}`, index, firstInvalid);
}

/** Refuses a row of which a stream has no distribution. */
export function requireValid(facts: readonly RowFacts[], streams: readonly string[] | undefined): void {
  const at = facts.findIndex(isInvalid);
  if (at >= 0) throw invalidRow(facts[at], streams?.[at]);
}
