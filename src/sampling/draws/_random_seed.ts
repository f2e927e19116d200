/** A seed that nobody chose: any whole number that a seed may be, from 0 to 2^53 - 1. */
export function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
