import type { Level } from "../../kernels/mod.ts";

/** What a sweep may learn; each includes the ones before it. */
export const LEVELS: readonly Level[] = ["maximum", "sum", "moments", "squares"];
