import { type Kernels, spareKernels } from "../../kernels/mod.ts";

/** Whether somebody's operator, step or map is being called, while the logits it sees lie in the arena. */
export interface Hold {
  held: boolean;
}

const holds = new WeakMap<Kernels, Hold>();

/** The hold on an arena. */
export function holdOf(kernels: Kernels): Hold {
  let hold = holds.get(kernels);
  if (!hold) holds.set(kernels, hold = { held: false });
  return hold;
}

/** These kernels, or spare ones if theirs is the arena that a step is looking at: it may reduce other logits meanwhile. */
export function freeKernels(kernels: Kernels): Kernels {
  while (holdOf(kernels).held) kernels = spareKernels(kernels);
  return kernels;
}
