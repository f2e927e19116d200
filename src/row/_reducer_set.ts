import type { Level } from "../../kernels/mod.ts";
import { ParameterError, ShapeError, specText, StateFormatError } from "../core/mod.ts";
import type { Fact, Reducer, Reducers, Shape, Spec } from "../core/mod.ts";
import { sha256 } from "../formats/inside.ts";
import { checkReducers } from "./_check_reducers.ts";
import { LEVELS } from "./_levels.ts";

const RESERVED = ["index", "count", "nan", "posInf", "allMasked", "firstInvalid", "partial", "reads", "streams"];

/** The highest of several levels: each includes the ones before it. */
export function highest(levels: Iterable<Level>): Level {
  let top = 0;
  for (const level of levels) top = Math.max(top, LEVELS.indexOf(level));
  return LEVELS[top];
}

/** The reducers of one row as a product: what the sweep of each stream must learn, who reads which, and who wants more. */
export class ReducerSet {
  readonly names: readonly string[];
  readonly reducers: readonly Reducer<unknown>[];
  /** All that is folded: the reducers, then what they want to know beside, each once. */
  readonly folded: readonly (Reducer<unknown> | Fact<unknown>)[];
  /** The aligned streams by name; `undefined` where there is one, which has none. */
  readonly streams: readonly string[] | undefined;
  /** For each that is folded the places of its streams. */
  readonly inputs: readonly (readonly number[])[];
  /** For each stream what its sweep must learn. */
  readonly levels: readonly Level[];
  /** For each stream whether its weights are stored. */
  readonly weighed: readonly boolean[];
  /** Whether a second read may be asked for. */
  readonly maySecond: boolean;
  /** The most reads of a row that may be asked for. */
  readonly mostReads: number;

  /** As they were when the set was made: a sampler, of which no snapshot was taken, has another as soon as it accepts a token. */
  readonly #specs: readonly Spec[];
  readonly #places: ReadonlyMap<Fact<unknown>, number>;
  #text: string | undefined;
  #digest: string | undefined;

  /** Refuses names that every row has, and reducers that do not fit the streams. */
  constructor(reducers: Reducers, streams?: readonly string[]) {
    checkReducers(reducers);
    this.names = Object.keys(reducers);
    this.reducers = Object.values(reducers);
    this.#specs = this.reducers.map(({ spec }) => spec);
    this.streams = streams;
    for (const name of this.names) {
      if (RESERVED.includes(name)) {
        throw new ShapeError(`Cannot name a reducer "${name}": every row has a field of that name; choose another`);
      }
    }
    const { facts, places } = factsOf(this.reducers);
    this.#places = places;
    this.folded = [...this.reducers, ...facts];
    this.inputs = this.folded.map((folded, i) => inputsOf(this.names[i] ?? folded.spec.name, folded, streams));
    const askers = (stream: number) => this.folded.filter((_, i) => this.inputs[i].includes(stream));
    this.levels = (streams ?? [""]).map((_, stream) => highest(askers(stream).map(({ needs }) => needs ?? "maximum")));
    this.weighed = this.levels.map((_, stream) => askers(stream).some((asker) => "weights" in asker && asker.weights));
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

  /** Where a fact is among all that is folded; refuses one that no reducer has asked for. */
  placeOf(fact: Fact<unknown>): number {
    const place = this.#places.get(fact);
    if (place !== undefined) return place;
    throw new ParameterError(`Cannot tell ${specText(fact.spec)}: no reducer of the row has it among its facts`);
  }

  /** Lets every reducer refuse the shape, before any read. */
  check({ vocabulary, rows }: Shape): void {
    for (const reducer of this.reducers) reducer.check?.(vocabulary, rows);
  }

  /** The set of its reducers as they are now, for as long as it lives; itself if none takes snapshots. */
  snapshot(): ReducerSet {
    if (this.reducers.every(({ snapshot }) => snapshot === undefined)) return this;
    const taken = this.reducers.map((reducer, i) => [this.names[i], reducer.snapshot?.() ?? reducer]);
    return new ReducerSet(Object.fromEntries(taken), this.streams);
  }

  /** Refuses to work on a state of this set with a reducer that is another by now: half of it would be of each. */
  requireCurrent(verb: string): void {
    const name = this.names.find((_, i) => {
      const { spec } = this.reducers[i], made = this.#specs[i];
      return spec !== made && specText(spec) !== specText(made);
    });
    if (name === undefined) return;
    throw new StateFormatError(
      `Cannot ${verb}: reducer "${name}" has changed since, as a sampler does when it accepts a token; save what was made ` +
        "with it, and load that with one as it was",
      "E_MERGE_MISMATCH",
    );
  }

  /** Name and spec of each, in order: what two states must share to be merged. */
  specs(): { readonly name: string; readonly spec: Spec }[] {
    return this.#specs.map((spec, i) => ({ name: this.names[i], spec }));
  }

  /** The specs as text. */
  get text(): string {
    return this.#text ??= (this.streams ? `${this.streams.join(", ")}; ` : "") +
      this.specs().map(({ name, spec }) => `${name}: ${specText(spec)}`).join(", ");
  }

  /** The SHA-256 of the text: whose a saved state is. */
  get digest(): string {
    return this.#digest ??= sha256(new TextEncoder().encode(this.text)).toHex();
  }
}

/** What reducers want to know beside: of equal specs one, without those that another one serves, and where each is found. */
function factsOf(
  reducers: readonly Reducer<unknown>[],
): { readonly facts: readonly Fact<unknown>[]; readonly places: ReadonlyMap<Fact<unknown>, number> } {
  const asked = reducers.flatMap(({ facts = [] }) => facts);
  const distinct = new Map(asked.map((fact) => [specText(fact.spec), fact]));
  const facts = [...distinct.values()].filter((fact) => !asked.some(({ spec }) => fact.servedBy?.(spec)));
  const texts = facts.map(({ spec }) => specText(spec));
  const places = asked.map((fact) => {
    const own = texts.indexOf(specText(fact.spec));
    const place = own < 0 ? facts.findIndex(({ spec }) => fact.servedBy!(spec)) : own;
    return [fact, reducers.length + place] as const;
  });
  return { facts, places: new Map(places) };
}

const ONLY = [0];

function inputsOf(
  name: string,
  { streams }: Pick<Reducer<unknown>, "streams">,
  aligned: readonly string[] | undefined,
): readonly number[] {
  if (!aligned) {
    if (!streams) return ONLY;
    throw new ParameterError(
      `Cannot reduce a row of one stream by "${name}": it takes ${streams.join(", ")}; give it several rows by name`,
    );
  }
  if (!streams) {
    throw new ParameterError(
      `Cannot reduce aligned streams by "${name}": it does not say which of ${
        aligned.join(", ")
      } it takes (streams); ` +
        `for a reducer of one stream, on("${aligned[0]}", ...)`,
    );
  }
  return streams.map((stream) => {
    const at = aligned.indexOf(stream);
    if (at < 0) {
      throw new ParameterError(`Cannot find stream "${stream}" of "${name}": there are ${aligned.join(", ")}`);
    }
    return at;
  });
}
