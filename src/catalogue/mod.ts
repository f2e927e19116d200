/**
 * What has a spec, by name: stages and operators from plain data.
 *
 * | symbol | what it does |
 * | --- | --- |
 * | {@linkcode chainFrom} | a list of stages as JSON has it, as the chain of a sampler |
 * | {@linkcode sampleChain} | the same, or a preset with options |
 *
 * @module
 */
export * from "./chain_from.ts";
export * from "./sample_chain.ts";
