/** Totals are read in float64 on every backend: it is not worth a binary's bytes. */
export { totalOfTile } from "./reference.ts";
