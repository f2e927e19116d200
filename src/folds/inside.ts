/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { accuracyDefinition } from "./accuracy.ts";
import { advantageFilterDefinition } from "./advantage_filter.ts";
import { auprDefinition } from "./aupr.ts";
import { aurocDefinition } from "./auroc.ts";
import { awrDefinition } from "./awr.ts";
import { brierScoreDefinition } from "./brier_score.ts";
import { collapseDefinition } from "./collapse.ts";
import { certifyDefinition } from "./certify.ts";
import { columnMomentsDefinition } from "./column_moments.ts";
import { conditionalMutualInformationDefinition } from "./conditional_mutual_information.ts";
import { curvatureDefinition } from "./curvature.ts";
import { eceDefinition } from "./ece.ts";
import { effectiveSampleSizeDefinition } from "./effective_sample_size.ts";
import { hedgeDefinition } from "./hedge.ts";
import { logLossDefinition } from "./log_loss.ts";
import { logRatioDefinition } from "./log_ratio.ts";
import { marginalLogLikelihoodDefinition } from "./marginal_log_likelihood.ts";
import { meanDefinition } from "./mean.ts";
import { meanNllDefinition } from "./mean_nll.ts";
import { orealDefinition } from "./oreal.ts";
import { oreoDefinition } from "./oreo.ts";
import { oscrDefinition } from "./oscr.ts";
import { processRewardsDefinition } from "./process_rewards.ts";
import { rankingAccuracyDefinition } from "./ranking_accuracy.ts";
import { rewardDistanceDefinition } from "./reward_distance.ts";
import { sequenceLogprobDefinition } from "./sequence_logprob.ts";
import { sequenceUtilityDefinition } from "./sequence_utility.ts";
import { winRateDefinition } from "./win_rate.ts";

/** Every fold of this room. */
export const FOLDS: readonly Definition[] = [
  meanDefinition,
  meanNllDefinition,
  accuracyDefinition,
  logLossDefinition,
  brierScoreDefinition,
  eceDefinition,
  aurocDefinition,
  auprDefinition,
  oscrDefinition,
  rankingAccuracyDefinition,
  winRateDefinition,
  marginalLogLikelihoodDefinition,
  effectiveSampleSizeDefinition,
  hedgeDefinition,
  rewardDistanceDefinition,
  collapseDefinition,
  columnMomentsDefinition,
  conditionalMutualInformationDefinition,
  certifyDefinition,
  sequenceLogprobDefinition,
  sequenceUtilityDefinition,
  logRatioDefinition,
  processRewardsDefinition,
  oreoDefinition,
  orealDefinition,
  advantageFilterDefinition,
  awrDefinition,
  curvatureDefinition,
];
