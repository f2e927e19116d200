import { holding as holdingArena, type Kernels } from "../../kernels/mod.ts";
import { ParameterError } from "../core/mod.ts";

let held = false;

/** Runs what may be a user's code (edits, masks, cuts) while the arena holds part of a row: other rows are reduced elsewhere, and draws refused. */
export function holding<T>(kernels: Kernels, run: () => T): T {
  const before = held;
  held = true;
  try {
    return holdingArena(kernels, run);
  } finally {
    held = before;
  }
}

/** Refuses to sample a row while another one is under way. */
export function requireFree(): void {
  if (!held) return;
  throw new ParameterError(
    "Cannot sample a row within an edit, a mask or a cut of another: draw before, and hand over what it gave",
  );
}
