/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { entropyDefinition } from "./entropy.ts";
import { labelDefinition } from "./label.ts";
import { logSumExpDefinition } from "./log_sum_exp.ts";
import { marginDefinition } from "./margin.ts";
import { maximumDefinition } from "./maximum.ts";
import { momentsDefinition } from "./moments.ts";
import { perplexityDefinition } from "./perplexity.ts";
import { specialsDefinition } from "./specials.ts";
import { targetDefinition } from "./target.ts";
import { topKDefinition } from "./top_k.ts";
import { varentropyDefinition } from "./varentropy.ts";

/** Every reducer of this room. */
export const REDUCERS: readonly Definition[] = [
  maximumDefinition,
  logSumExpDefinition,
  entropyDefinition,
  varentropyDefinition,
  perplexityDefinition,
  topKDefinition,
  marginDefinition,
  momentsDefinition,
  specialsDefinition,
  targetDefinition,
  labelDefinition,
];
