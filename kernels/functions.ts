import type { Backend, Kernels } from "./kernels.ts";
import type { Views } from "./views.ts";

// How a backend is put together: from what its folders and its binary export, each under the name of the kernel.

/** A WASM build. */
export type Build = Exclude<Backend, "reference">;

/** The kernels by name: the functions of {@linkcode Kernels}, each of which has its folder and its row of `table.ts`. */
export type KernelName = { [K in keyof Kernels]: Kernels[K] extends AnyFunction ? K : never }[keyof Kernels];
/** What a backend must have. */
export type Functions = Pick<Kernels, KernelName>;

// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => unknown;

/** What a binary exports for functions: the same parameters, all numbers; and a number, where the fast path may have to stop. */
export type ExportsOf<F extends { [K in keyof F]: AnyFunction }> = {
  readonly [K in keyof F]: (...args: Numbers<Parameters<F[K]>>) => number;
};
type Numbers<P extends readonly unknown[]> = { [I in keyof P]: number };
/** What the product's binaries export for its kernels. */
export type Exports = ExportsOf<Functions>;

/** What the `reference.ts` of each folder exports under the kernel's name. */
export type References<F> = { readonly [K in keyof F]: (views: Views) => F[K] };
/** What the `wasm.ts` of a folder exports under the kernel's name, where the binary's export is not all of the kernel. */
export type Completions<F extends { [K in keyof F]: AnyFunction }> = {
  readonly [K in keyof F]?: (views: Views, exports: ExportsOf<F>) => F[K];
};

/** The functions of the float64 reference over a memory. */
export function referenceFunctions<F>(references: References<F>, views: Views): F {
  return each(references, (_, make) => make(views)) as F;
}

/** The functions of a binary over a memory: its exports as they are, but for those that a `wasm.ts` completes. */
export function wasmFunctions<F extends { [K in keyof F]: AnyFunction }>(
  references: References<F>,
  completions: Completions<F>,
  exports: ExportsOf<F>,
  views: Views,
): F {
  return each(references, (name) => completions[name]?.(views, exports) ?? exports[name]) as F;
}

function each<T extends object>(all: T, make: <K extends keyof T>(name: K, value: T[K]) => unknown): object {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, make(name as keyof T, value)]));
}

/**
 * A backend: what it is, and its functions. They lie on a prototype, so that an engine reaches them as fast as methods of a class.
 */
export function kernelsWith(functions: Functions, own: Omit<Kernels, KernelName>): Kernels {
  return Object.assign(Object.create(functions), own);
}
