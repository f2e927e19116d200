/** Refuses any difference, down to the sign of zero: numbers with `Object.is`, all else by structure. */
export function assertSameBits(actual: unknown, expected: unknown, where = ""): void {
  const difference = differenceOf(actual, expected, where);
  if (difference) throw new Error(difference);
}

function differenceOf(actual: unknown, expected: unknown, where: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const both = [actual, expected];
  if (!both.every((value) => typeof value === "object" && value !== null)) {
    return `${where}: found ${textOf(actual)}, wanted ${textOf(expected)}`;
  }
  if (both.every(ArrayBuffer.isView)) {
    return sameBytes(bytesOf(actual as ArrayBufferView), bytesOf(expected as ArrayBufferView))
      ? undefined
      : `${where}: the bytes differ`;
  }
  const [found, wanted] = both.map((value) => Object.entries(value as object));
  if (found.length !== wanted.length) {
    return `${where}: found ${found.map(([key]) => key)}, wanted ${wanted.map(([key]) => key)}`;
  }
  for (const [key, value] of wanted) {
    const difference = differenceOf((actual as Record<string, unknown>)[key], value, `${where}.${key}`);
    if (difference) return difference;
  }
  return undefined;
}

function textOf(value: unknown): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
