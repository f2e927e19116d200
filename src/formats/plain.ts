import { StateFormatError } from "../core/mod.ts";

/** Typed arrays that a state may hold, by the name that marks them in JSON. */
const ARRAYS = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array } as const;

type Name = keyof typeof ARRAYS;

/** Anything a state may hold as JSON: typed arrays and bigints tagged, numbers that JSON has not as text. */
export function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return { $bigint: value.toString(16) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $number: Object.is(value, -0) ? "-0" : String(value) };
  }
  if (ArrayBuffer.isView(value) && Object.hasOwn(ARRAYS, value.constructor.name)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { $array: value.constructor.name, bytes: bytes.toBase64() };
  }
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || value === undefined || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return value;
  return plainRecord(value);
}

function plainRecord(value: unknown): Record<string, unknown> {
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    const found = typeof value === "object" ? value!.constructor.name : typeof value;
    throw new StateFormatError(
      `Cannot save the state: it holds a ${found}, wanted numbers, booleans, bigints, text, arrays, plain records and ` +
        Object.keys(ARRAYS).join(", "),
    );
  }
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, toPlain(item)]));
}

/** The inverse of {@linkcode toPlain}. */
export function fromPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value === null || typeof value !== "object") return value;
  const record = value as Record<string, unknown>;
  if (typeof record.$bigint === "string") return bigintOf(record.$bigint);
  if (typeof record.$number === "string") return Number(record.$number);
  if (typeof record.$array === "string") return arrayOf(record.$array, record.bytes);
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, fromPlain(item)]));
}

function bigintOf(text: string): bigint {
  return text.startsWith("-") ? -BigInt("0x" + text.slice(1)) : BigInt("0x" + text);
}

function arrayOf(name: string, text: unknown): InstanceType<typeof ARRAYS[Name]> {
  const View = Object.hasOwn(ARRAYS, name) ? ARRAYS[name as Name] : undefined;
  if (!View || typeof text !== "string") {
    throw new StateFormatError(
      `Cannot load the state: it holds a "${name}", wanted one of ${Object.keys(ARRAYS).join(", ")}`,
    );
  }
  return new View(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
}
