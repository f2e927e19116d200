/**
 * The command line as functions: arguments and streams in, an exit status out.
 *
 * | symbol | what it is |
 * | --- | --- |
 * | {@linkcode run} | the whole command line |
 * | {@linkcode reduce}, {@linkcode sample}, {@linkcode softmax}, {@linkcode compare} | its commands |
 * | {@linkcode Io} | the streams around it |
 *
 * @module
 */
export * from "./compare.ts";
export * from "./io.ts";
export * from "./reduce.ts";
export * from "./run.ts";
export * from "./sample.ts";
export * from "./softmax.ts";
