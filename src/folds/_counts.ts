import { wholeFault } from "../core/mod.ts";

/** What folds that only count share: whole numbers by name. */
export function countsState<K extends string>(names: readonly K[]) {
  type Counts = Record<K, number>;
  return {
    init: (): Counts => Object.fromEntries(names.map((name) => [name, 0])) as Counts,
    merge(into: Counts, from: Readonly<Counts>): void {
      for (const name of names) into[name] += from[name];
    },
    validate: (state: Readonly<Counts>): string | undefined =>
      names.map((name) => wholeFault(name, state[name], 0, Number.MAX_SAFE_INTEGER)).find((fault) =>
        fault !== undefined
      ),
  };
}
