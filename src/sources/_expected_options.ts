import { option } from "../core/mod.ts";

/** What a source may be told of what it cannot learn from the bytes. */
export const EXPECTED = {
  vocabulary: /* @__PURE__ */ option.whole("logits in a row; raw bytes need it", { least: 1, optional: true }),
  dtype: /* @__PURE__ */ option.choice(["f32", "f16", "bf16", "f64"], "how raw bytes store a logit", {
    optional: true,
  }),
  tensor: /* @__PURE__ */ option.text("the tensor of safetensors", { optional: true }),
};

/** The same without what was left out. */
export function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
