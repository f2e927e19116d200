/**
 * Everything that has a spec, by its name: specs become objects again, and chains are read from JSON.
 *
 * | symbol | what it does |
 * | --- | --- |
 * | {@linkcode CATALOGUE}, {@linkcode definitionOf} | the definitions, all and by name |
 * | {@linkcode fromSpec} | an operator, a reducer, a map or a stage from its spec |
 * | {@linkcode openSpec} | logits, or a sink, from a spec, within what is granted |
 * | {@linkcode openState} | a saved state, with reducers made from the specs in it |
 * | {@linkcode chainFrom}, {@linkcode sampleChain} | a sampler's chain, from JSON; from JSON or a preset |
 *
 * @module
 */
export * from "./catalogue.ts";
export * from "./chain_from.ts";
export * from "./definition_of.ts";
export * from "./from_spec.ts";
export * from "./open_spec.ts";
export * from "./open_state.ts";
export * from "./sample_chain.ts";
