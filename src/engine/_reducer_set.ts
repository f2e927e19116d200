import type { Level } from "../../kernels/mod.ts";
import { type Reducer, type Reducers, ShapeError, type Spec, specText } from "../core/mod.ts";
import type { Shape } from "../core/mod.ts";
import { checkReducers } from "./_check_reducers.ts";
import { LEVELS } from "./_levels.ts";

const RESERVED = ["index", "count", "nan", "posInf", "allMasked", "firstInvalid", "partial", "reads"];

/** The highest of several levels: each includes the ones before it. */
export function highest(levels: Iterable<Level>): Level {
  let top = 0;
  for (const level of levels) top = Math.max(top, LEVELS.indexOf(level));
  return LEVELS[top];
}

/** The reducers of one flow as a product: what the shared sweep must learn, and who wants more. */
export class ReducerSet {
  readonly names: readonly string[];
  readonly reducers: readonly Reducer<unknown>[];
  readonly level: Level;
  /** Whether a second read may be asked for. */
  readonly maySecond: boolean;
  /** The most reads of a row that may be asked for. */
  readonly mostReads: number;

  constructor(reducers: Reducers) {
    checkReducers(reducers);
    this.names = Object.keys(reducers);
    this.reducers = Object.values(reducers);
    for (const name of this.names) {
      if (RESERVED.includes(name)) {
        throw new ShapeError(`Cannot name a reducer "${name}": every row has a field of that name; choose another`);
      }
    }
    this.level = highest(this.reducers.map(({ needs }) => needs ?? "maximum"));
    this.maySecond = this.reducers.some(({ second }) => second !== undefined);
    this.mostReads = Math.max(1, ...this.reducers.map(({ second, mostReads = 2 }) => second ? mostReads : 1));
  }

  /** Whether it was made of these very reducers: the caller's object may have changed since. */
  isOf(reducers: Reducers): boolean {
    let i = 0;
    for (const name in reducers) {
      if (this.names[i] !== name || this.reducers[i] !== reducers[name]) return false;
      i++;
    }
    return i === this.names.length;
  }

  /** Lets every reducer refuse the shape, before any read. */
  check({ vocabulary, rows }: Shape): void {
    for (const reducer of this.reducers) reducer.check?.(vocabulary, rows);
  }

  /** Name and spec of each, in order: what two states must share to be merged. */
  specs(): { readonly name: string; readonly spec: Spec }[] {
    return this.reducers.map(({ spec }, i) => ({ name: this.names[i], spec }));
  }

  /** The specs as text. */
  text(): string {
    return this.specs().map(({ name, spec }) => `${name}: ${specText(spec)}`).join(", ");
  }
}
