import type { Spec } from "./spec.ts";

let made = 0;

/** The spec of what lives in this process alone, an array or an open stream: no two are equal, and none is portable. */
export function localSpec(name: string, inputs: readonly Spec[] = []): Spec {
  return { name, params: { local: ++made }, inputs, portable: false };
}
