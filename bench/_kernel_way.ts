import type { Way } from "./_ask.ts";
import { once } from "./_once.ts";
import { passesOf } from "./kernels/workload.ts";
import { availableBackends } from "../kernels/mod.ts";

const BUILD = availableBackends()[0] === "fma" ? "fma" : "simd";
const loaded = new Map<number, () => ReturnType<typeof passesOf>>();

/** A bare kernel over a row that lies in WASM memory already, nothing around it: see `kernels/workload.ts` for the names. */
export function kernelWay(name: string, length: number): Way {
  return () => {
    let passes = loaded.get(length);
    if (!passes) loaded.set(length, passes = once(() => passesOf(BUILD, length)));
    const pass = passes().find((candidate) => candidate.name === name);
    if (!pass) throw new Error(`Cannot bench the kernel "${name}": no such pass`);
    return () => pass.run();
  };
}
