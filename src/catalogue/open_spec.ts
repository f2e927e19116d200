import type { Logits, Operator, Spec } from "../core/mod.ts";
import { grantsOf, type SpecGrants } from "./_grants.ts";
import { checkedOf } from "./_known.ts";
import { definitionOf } from "./definition_of.ts";

export type { SpecGrants };

/**
 * What a spec describes, opened again: logits, with their operators and maps, or a sink. Only what is granted is reached.
 *
 * @example A file under a granted root, at another temperature
 * ```ts
 * import { openSpec } from "@sluice/sluice/catalogue";
 * import { fromFile, type Logits, temperature } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = (await fromFile("examples/data/lm_logits_f32.npy")).pipe(temperature(0.5));
 * const again = await openSpec<Logits>(JSON.parse(JSON.stringify(logits.spec)), { roots: ["examples/data"] });
 * assertEquals(again.spec.name, "temperature");
 * assertEquals(again.shape, logits.shape);
 * ```
 *
 * @param spec The spec, as it was or as it came out of JSON.
 * @param grants Roots of files that may be read, or written, and origins that may be asked; nothing when absent.
 * @returns Logits, or the stream of a sink.
 * @throws {ParameterError} If there is no such name, an option does not fit, a path (`E_PATH_BLOCKED`) or URL (`E_URL_BLOCKED`) is not
 * granted, or the spec stands for what only one process has (`E_NOT_PORTABLE`).
 * @throws {SourceError} Whatever the source refuses when it is opened.
 */
export async function openSpec<T = unknown>(spec: Spec, grants: SpecGrants = {}): Promise<T> {
  const granted = grantsOf(grants);
  // The whole of it, before anything is opened: a sink begins with an empty file.
  checkedOf(spec);

  async function made({ name, params, inputs }: Spec): Promise<unknown> {
    const { kind, of } = definitionOf(name)!;
    const parts = [];
    for (const input of inputs) parts.push(await made(input));
    // Logits with an operator have the operator's spec, and themselves as its first input.
    const [first, ...rest] = parts;
    if (kind === "operator" && isLogits(first)) {
      return first.pipe(of(params, { inputs: rest, specs: inputs.slice(1) }) as Operator);
    }
    return await of(params, { inputs: parts, specs: inputs, grants: granted });
  }

  return await made(spec) as T;
}

function isLogits(value: unknown): value is Logits {
  return typeof (value as Partial<Logits> | undefined)?.open === "function";
}
