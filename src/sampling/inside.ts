/**
 * The rows of the catalogue, and what rooms above need of this one. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { adaptivePDefinition } from "./stages/adaptive_p.ts";
import { badWordsDefinition } from "./stages/bad_words.ts";
import { dryDefinition } from "./stages/dry.ts";
import { dynamicTemperatureDefinition } from "./stages/dynamic_temperature.ts";
import { forceDefinition } from "./stages/force.ts";
import { keepEpsilonDefinition } from "./stages/keep_epsilon.ts";
import { keepEtaDefinition } from "./stages/keep_eta.ts";
import { keepMinPDefinition } from "./stages/keep_min_p.ts";
import { keepPLessDefinition } from "./stages/keep_p_less.ts";
import { keepTopHDefinition } from "./stages/keep_top_h.ts";
import { keepTopKDefinition } from "./stages/keep_top_k.ts";
import { keepTopNSigmaDefinition } from "./stages/keep_top_n_sigma.ts";
import { keepTopPDefinition } from "./stages/keep_top_p.ts";
import { keepTypicalDefinition } from "./stages/keep_typical.ts";
import { maskRowsDefinition } from "./stages/mask_rows.ts";
import { minLengthDefinition } from "./stages/min_length.ts";
import { mirostatDefinition } from "./stages/mirostat.ts";
import { noRepeatNgramDefinition } from "./stages/no_repeat_ngram.ts";
import { penaltiesDefinition } from "./stages/penalties.ts";
import type { Stage } from "./stages/stage.ts";
import { suppressDefinition } from "./stages/suppress.ts";
import { withTemperatureDefinition } from "./stages/with_temperature.ts";
import { xtcDefinition } from "./stages/xtc.ts";

export { PRESET_NAMES } from "./presets/_check_preset.ts";
export { presetTexts } from "./presets/_preset_table.ts";
export { samplerDefinition } from "./sampler.ts";
export { within } from "./stages/_within.ts";

/** Every stage of this room. */
export const STAGES: readonly Definition<Stage>[] = [
  withTemperatureDefinition,
  dynamicTemperatureDefinition,
  keepTopKDefinition,
  keepTopPDefinition,
  keepMinPDefinition,
  keepTypicalDefinition,
  keepEpsilonDefinition,
  keepEtaDefinition,
  keepTopHDefinition,
  keepTopNSigmaDefinition,
  keepPLessDefinition,
  xtcDefinition,
  mirostatDefinition,
  adaptivePDefinition,
  penaltiesDefinition,
  dryDefinition,
  noRepeatNgramDefinition,
  badWordsDefinition,
  suppressDefinition,
  forceDefinition,
  minLengthDefinition,
  maskRowsDefinition,
];
