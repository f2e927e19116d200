/** An array of a case: `data` in row-major order, or how to make it. */
export interface VectorArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data?: readonly (number | string | boolean)[];
  readonly gen?: { readonly kind: string; readonly [name: string]: number | string };
}

/** One case of a public suite. */
export interface VectorCase {
  readonly id: string;
  readonly op: string;
  // deno-lint-ignore no-explicit-any
  readonly params: Readonly<Record<string, any>>;
  readonly inputs: Readonly<Record<string, VectorArray>>;
  // deno-lint-ignore no-explicit-any
  readonly expected: Readonly<Record<string, any>>;
  readonly tol: { readonly rtol: number; readonly atol: number };
  readonly tags?: readonly string[];
}

const FILES = [
  "llama.cpp",
  "logexpfunctions.jl",
  "onnx-node",
  "onnx-pytorch-converted",
  "scipy",
  "tfjs",
  "transformers",
];

/** All cases of the fixtures. */
export function vectorCases(): VectorCase[] {
  return FILES.flatMap((name) => {
    const text = Deno.readTextFileSync(new URL(`../fixtures/vectors/${name}.json`, import.meta.url));
    return JSON.parse(text).cases as VectorCase[];
  });
}

/** The numbers of an array. */
export function numbersOf({ shape, data, gen }: VectorArray): number[] {
  if (data) return data.map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  const make: Record<string, (i: number) => number> = {
    fill: () => Number(gen!.value),
    arange: (i) => Number(gen!.start) + i * Number(gen!.step),
    onehot: (i) => i === gen!.index ? Number(gen!.value) : 0,
    log_arange: (i) => Math.log(Number(gen!.start) + i),
  };
  return Array.from({ length: size }, (_, i) => make[gen!.kind](i));
}
