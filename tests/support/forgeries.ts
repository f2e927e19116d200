import type { Random } from "./random.ts";
import type { Loose } from "./state_bytes.ts";

/** A change of plain data. */
type Change = (content: Loose) => void;

/** One lie in what a state holds. */
export interface Forgery {
  /** What it changes. */
  readonly place: string;
  /** Changes it; does nothing where another forgery has taken its place away. */
  readonly apply: Change;
}

/** Every field of a state made something else, missing, longer, shorter, huge, or of another kind. */
export function* forgeriesOf(content: Loose, random: Random): Generator<Forgery> {
  for (const way of placesOf(content)) {
    // The text of the reducers says what the state is of: it is none of its fields.
    if (way[0] === "reducers") continue;
    for (const change of changesOf(content, way, random)) {
      const apply = (forged: Loose) => isObject(at(forged, way.slice(0, -1))) && change(forged);
      yield { place: way.join("."), apply };
    }
  }
}

const SCALARS: readonly unknown[] = [
  9e15,
  2 ** 53,
  1e308,
  -1,
  -9e15,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  1,
  1100,
  null,
  undefined,
  true,
  "",
  "7",
  "__proto__",
  -1n,
  2n ** 9000n,
];

const OBJECTS: readonly (() => unknown)[] = [
  () => [],
  () => [1],
  () => ({}),
  () => ({ size: 9e15 }),
  () => JSON.parse('{"__proto__":{"size":1}}'),
  () => new Uint8Array(),
  () => Float64Array.of(NaN, 9e15),
  () => new Float32Array(3),
];

/** The way to a field or an item. */
type Place = readonly (string | number)[];

/** Every field and item of plain data, by the way to it; numbers in typed arrays are not places. */
function* placesOf(value: Loose, way: Place = []): Generator<Place> {
  if (way.length > 0) yield way;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const keys = Array.isArray(value) ? [...value.keys()].slice(0, 3) : Object.keys(value);
  for (const key of keys) yield* placesOf(value[key], [...way, key]);
}

function at(value: Loose, way: Place): Loose {
  return way.reduce((inside, key) => inside?.[key], value);
}

/** Changes of one place, each on a copy of its own. */
function* changesOf(whole: Loose, way: Place, random: Random): Generator<Change> {
  const last = way[way.length - 1], parent = way.slice(0, -1), value = at(whole, way);
  const put = (make: () => unknown) => (content: Loose) => void (at(content, parent)[last] = make());
  yield (content) => void delete at(content, parent)[last];
  for (const scalar of SCALARS) yield put(() => scalar);
  for (const make of OBJECTS) yield put(make);
  if (ArrayBuffer.isView(value)) return yield* viewChangesOf(value as Loose, put, random);
  if (Array.isArray(value)) {
    yield put(() => structuredClone([...value, value[0]]));
    yield put(() => structuredClone(value.slice(1)));
  } else if (typeof value === "object" && value !== null) {
    for (const key of ["extra", "constructor", "length"]) yield put(() => ({ ...structuredClone(value), [key]: 1 }));
    yield put(() => Object.defineProperty(structuredClone(value), "__proto__", { value: {}, enumerable: true }));
  }
}

function* viewChangesOf(view: Loose, put: (make: () => unknown) => Change, random: Random): Generator<Change> {
  const sized = (length: number) => {
    const other = new view.constructor(length);
    other.set(view.subarray(0, length));
    return other;
  };
  for (const length of [view.length - 1, view.length + 1, 2 * view.length]) {
    if (length > 0) yield put(() => sized(length));
  }
  yield put(() => (view instanceof Float64Array ? Float32Array : Float64Array).from(view));
  for (let time = 0; time < 8 && view.length > 0; time++) {
    const index = time < 4 ? time % view.length : random.whole(view.length), number = numberAt(time);
    yield put(() => view.with(index, number));
  }
}

function numberAt(time: number): number {
  return [NaN, 9e15, -1, 255, Infinity, 0.5, -Infinity, 1e300][time % 8];
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}
