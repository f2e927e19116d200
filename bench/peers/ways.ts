/** What is compared. */
export type Op = "log-sum-exp" | "softmax" | "argmax" | "top-50" | "entropy";

/** All of it. */
export const OPS: readonly Op[] = ["log-sum-exp", "top-50", "softmax", "argmax", "entropy"];

/** A result: a number, or a number a logit (of top-50, a value a place). */
export type Result = number | Float32Array;

/** Ways to do one thing to a row in JavaScript's memory, by name. */
export type Ways = Readonly<Record<string, (row: Float32Array) => Result | Promise<Result>>>;
