/** Logits in a row. */
export const VOCABULARY = {
  type: "whole",
  least: 1,
  optional: true,
  help: "logits in a row; raw bytes need it",
} as const;

/** How a logit is stored. */
export const DTYPE = {
  type: "choice",
  words: ["f32", "f16", "bf16", "f64"],
  optional: true,
  help: "how raw bytes store a logit",
} as const;

/** Which tensor. */
export const TENSOR = { type: "text", optional: true, help: "the tensor of a .safetensors file" } as const;

/** Options without those that were left out. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
