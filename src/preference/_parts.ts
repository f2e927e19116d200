/**
 * Adds a finite number to an exact sum, which is a list of float64 numbers whose digits do not overlap, the smallest first (Shewchuk 1997):
 * JSON holds it, and its value is that of any order of the same numbers.
 */
export function addPart(parts: number[], x: number): void {
  let kept = 0, rest = x;
  for (const part of parts) {
    const [large, small] = Math.abs(rest) < Math.abs(part) ? [part, rest] : [rest, part];
    const sum = large + small, lost = small - (sum - large);
    if (lost !== 0) parts[kept++] = lost;
    rest = sum;
  }
  parts.length = kept;
  parts.push(rest);
}

/** An exact sum rounded to float64, half to even. */
export function partsValue(parts: readonly number[]): number {
  let i = parts.length, sum = 0, lost = 0;
  while (i > 0 && lost === 0) {
    const before = sum, part = parts[--i];
    sum = before + part;
    lost = part - (sum - before);
  }
  // Just at a half, and what follows tells on which side: the rounding went to even too early.
  const next = parts[i - 1] ?? 0, away = sum + 2 * lost;
  return lost * next > 0 && away - sum === 2 * lost ? away : sum;
}
