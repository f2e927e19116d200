import { type Folds, ParameterError, shown } from "../core/mod.ts";

/** Refuses what are no folds by name. */
export function checkFolds(folds: Folds): void {
  if (typeof folds !== "object" || folds === null || Array.isArray(folds) || Object.keys(folds).length === 0) {
    throw new ParameterError(`Cannot fold by ${shown(folds)}: wanted folds by name, as { nll: meanNll() }`);
  }
  for (const [name, fold] of Object.entries(folds)) {
    const isReducer = "needs" in Object(fold) || "stepBlock" in Object(fold);
    const whole = typeof fold?.init === "function" && typeof fold.step === "function" &&
      typeof fold.finish === "function";
    if (whole && !isReducer) continue;
    const hint = typeof fold === "function" ? `; call it: ${name}()` : isReducer ? "; reducers are for reduce" : "";
    const found = isReducer ? "a reducer" : shown(fold);
    throw new ParameterError(
      `Cannot fold by "${name}", which is ${found}: wanted a fold, as meanNll() gives it${hint}`,
    );
  }
}
