/** Stands for what `init` says nothing about. */
const OPEN = Symbol("open");

/**
 * What of a reducer's state that somebody wrote is not of the kind that its `init` makes: the same fields, each the same kind of number,
 * array or record. What `init` leaves open (`null`, `undefined`, an empty list or record) may be anything, but for a key `__proto__`:
 * it would name no field, but what a field is looked up in.
 */
export function stateKindFault(state: unknown, like: unknown): string | undefined {
  // A state that is no object cannot change: it is what it began as.
  if (typeof like !== "object" || like === null) {
    return Object.is(state, like) ? undefined : `it is ${kindOf(state)}, wanted ${kindOf(like)}`;
  }
  return kindFault("", state, like);
}

function kindFault(path: string, value: unknown, like: unknown): string | undefined {
  if (like !== OPEN && kindOf(value) !== kindOf(like)) {
    return `${path === "" ? "it" : path} is ${kindOf(value)}, wanted ${kindOf(like)}`;
  }
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return undefined;
  return Array.isArray(value)
    ? listFault(path, value, like === OPEN ? [] : like as readonly unknown[])
    : recordFault(path, value as Fields, like === OPEN ? {} : like as Fields);
}

function listFault(path: string, list: readonly unknown[], like: readonly unknown[]): string | undefined {
  for (let i = 0; i < list.length; i++) {
    const fault = kindFault(`${path}[${i}]`, list[i], openAt(like[i]));
    if (fault) return fault;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function recordFault(path: string, record: Fields, like: Fields): string | undefined {
  const wanted = Object.keys(like), open = wanted.length === 0;
  const nameOf = (key: string) => path === "" ? key : `${path}.${key}`;
  for (const key of wanted) {
    // What is undefined is not saved.
    if (!Object.hasOwn(record, key) && like[key] !== undefined) return `${nameOf(key)} is missing`;
  }
  for (const [key, item] of Object.entries(record)) {
    if (open ? key === "__proto__" : !Object.hasOwn(like, key)) return `${nameOf(key)} is no field of it`;
    const fault = kindFault(nameOf(key), item, open ? OPEN : openAt(like[key]));
    if (fault) return fault;
  }
}

function openAt(like: unknown): unknown {
  return like === undefined || like === null ? OPEN : like;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a record" : `a ${typeof value}`;
}
