import { ParameterError } from "../core/mod.ts";

let held = false;

/** Runs what may be a user's code (edits, masks, cuts) while shared memory holds part of a row: a draw in it would write over that. */
export function holding<T>(run: () => T): T {
  const before = held;
  held = true;
  try {
    return run();
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
