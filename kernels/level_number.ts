import type { Level } from "./kernels.ts";

/** A level as the binaries know it. */
export function levelNumber(level: Level): number {
  return level === "sum" ? 1 : level === "maximum" ? 0 : level === "moments" ? 2 : 3;
}
