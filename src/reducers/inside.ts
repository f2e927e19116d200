/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { agreementDefinition } from "./agreement.ts";
import { correlationDefinition } from "./correlation.ts";
import { cosineSimilarityDefinition } from "./cosine_similarity.ts";
import { labelCurvatureDefinition } from "./label_curvature.ts";
import { entropyDefinition } from "./entropy.ts";
import { gapVarianceDefinition } from "./gap_variance.ts";
import { jsDivergenceDefinition } from "./js_divergence.ts";
import { klDivergenceDefinition } from "./kl_divergence.ts";
import { labelDefinition } from "./label.ts";
import { logSumExpDefinition } from "./log_sum_exp.ts";
import { marginDefinition } from "./margin.ts";
import { maximumDefinition } from "./maximum.ts";
import { momentsDefinition } from "./moments.ts";
import { onDefinition } from "./on.ts";
import { pearsonDistanceDefinition } from "./pearson_distance.ts";
import { perplexityDefinition } from "./perplexity.ts";
import { renyiDivergenceDefinition } from "./renyi_divergence.ts";
import { specialsDefinition } from "./specials.ts";
import { targetDefinition } from "./target.ts";
import { topKDefinition } from "./top_k.ts";
import { totalVariationDefinition } from "./total_variation.ts";
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
  klDivergenceDefinition,
  jsDivergenceDefinition,
  totalVariationDefinition,
  renyiDivergenceDefinition,
  agreementDefinition,
  gapVarianceDefinition,
  labelCurvatureDefinition,
  pearsonDistanceDefinition,
  correlationDefinition,
  cosineSimilarityDefinition,
  onDefinition,
];
