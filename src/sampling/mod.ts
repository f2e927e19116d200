/**
 * From logits to a token: the whole chain of named stages, streamed and exact, in one read of the row nearly always.
 *
 * {@linkcode sampler} makes a reducer, with synchronous doors for a decode loop; {@linkcode preset} gives the chains of llama.cpp,
 * transformers and vLLM; {@linkcode openAiLogprobs} writes log-probabilities in the shape of the OpenAI API. The subpath `catalogue` reads
 * chains from JSON.
 *
 * Truncators are called `keep...`, after what they keep: `topK` is the reducer that lists the k best, `keepTopK` the stage that lets
 * no other pass; and a chain reads as a sentence: `[withTemperature(0.7), keepTopK(50), keepTopP(0.9)]`. `withTemperature` differs from
 * the operator `temperature` in that it may stand anywhere and may be 0. Operators (`logitBias`, `mask`, `softcap`, `temperature`) are
 * stages as they are.
 *
 * | stage | what it does |
 * | --- | --- |
 * | {@linkcode penalties} | repetition, frequency, presence |
 * | {@linkcode dry} | penalizes what would go on a repetition |
 * | {@linkcode noRepeatNgram}, {@linkcode badWords}, {@linkcode minLength}, {@linkcode suppress}, {@linkcode force} | ban or force tokens |
 * | {@linkcode maskRows} | a bitmask a row |
 * | {@linkcode withTemperature}, {@linkcode dynamicTemperature} | `x / T`; T from the entropy |
 * | {@linkcode keepTopK} | the k best |
 * | {@linkcode keepTopP} | the nucleus: the best that hold a share p |
 * | {@linkcode keepMinP} | those with a share p of the best one's probability |
 * | {@linkcode keepTypical} | those whose surprise is nearest to the entropy |
 * | {@linkcode keepEpsilon}, {@linkcode keepEta} | those above a fixed, or an entropy-dependent, probability |
 * | {@linkcode keepTopH} | the best that hold a share of the entropy |
 * | {@linkcode keepTopNSigma} | those within n deviations of the best logit |
 * | {@linkcode keepPLess} | those likelier than a random guess is right |
 * | {@linkcode xtc} | drops top choices, by chance |
 * | {@linkcode mirostat}, {@linkcode adaptiveP} | steer the surprise, or the probability, of what is chosen |
 *
 * @module
 */
export * from "./distribution.ts";
export * from "./openai_logprobs.ts";
export * from "./presets/preset.ts";
export { type PresetName, type PresetOptions } from "./presets/preset_options.ts";
export * from "./presets/presets_with.ts";
export * from "./sample.ts";
export { type Sampler, sampler } from "./sampler.ts";
export * from "./sampler_options.ts";
export * from "./stages/_public.ts";
