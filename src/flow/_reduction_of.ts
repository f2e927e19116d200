import type { Logits, Reducers } from "../core/mod.ts";
import { Flow } from "./_flow.ts";
import { ReduceWork } from "./_reduce_work.ts";
import { reducersFor } from "./_reducers_for.ts";
import type { Reduction } from "./_reduction.ts";
import type { Aligned } from "./aligned.ts";
import type { FlowOptions } from "./flow_options.ts";

/** Whether these are several streams, as `zip` gives them. With them comes their code, which a program without them has no use for. */
export function areAligned(value: unknown): value is Aligned {
  return typeof (value as Partial<Aligned> | null | undefined)?.reduction === "function";
}

/** How logits, or several streams, are reduced; refuses what does not fit, and reads nothing. */
export function reductionOf(
  verb: string,
  logits: Logits | Aligned,
  reducers: Reducers,
  options: FlowOptions,
): Reduction {
  if (areAligned(logits)) return logits.reduction(verb, reducers, options);
  const set = reducersFor(verb, logits, reducers);
  const flow = new Flow(logits, options, set.maySecond);
  return { set, flow, work: new ReduceWork(set, flow, logits, options) };
}
