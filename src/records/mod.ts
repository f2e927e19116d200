/**
 * A finished row, or a sample, as the command line and the service write it: the order of the fields is the contract.
 *
 * | symbol | what it does |
 * | --- | --- |
 * | {@linkcode recordReducers} | the reducers of a record |
 * | {@linkcode rowRecord} | a row as an object |
 * | {@linkcode sampleRecord} | a sample as an object |
 * | {@linkcode Comparison} | two models side by side |
 * | {@linkcode requireToken} | refuses a row without a token |
 *
 * @module
 */
export * from "./comparison.ts";
export * from "./comparison_options.ts";
export * from "./comparison_record.ts";
export * from "./comparison_summary.ts";
export * from "./require_token.ts";
export * from "./row_record.ts";
export * from "./row_record_options.ts";
export * from "./sample_record.ts";
export * from "./score_record.ts";
