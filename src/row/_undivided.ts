import type { Kernels } from "../../kernels/mod.ts";
import type { Undivided as Contract } from "../core/mod.ts";
import { type Values, viewOf } from "./_run.ts";

/** The logits of a block before the division that its table takes for done. */
export class Undivided implements Contract {
  #values: Values | undefined;

  constructor(readonly kernels: Kernels, readonly at: number, readonly count: number, readonly by: number) {}

  get values(): Values {
    return this.#values ??= viewOf(this.kernels, this.at, this.count);
  }
}
