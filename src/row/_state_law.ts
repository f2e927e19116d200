import { TILE } from "../../kernels/mod.ts";

/** What the digits, tiles and fragments of a state mean, and how they are written. Another number is another meaning. */
export const STATE_VERSION = 2;

/** By which law logits were added up: tiles of so many, in eight lanes by id. States of different laws do not merge. */
export const STATE_LAW = `tile${TILE}x8`;
