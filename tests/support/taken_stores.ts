import { availableBackends, loadKernels } from "../../kernels/mod.ts";

/** Takes every row store, until the end of a `using`: what needs a row twice must read it twice. */
export function takenStores(): Disposable {
  const owner = {};
  const arenas = [...availableBackends().map((backend) => loadKernels(backend)), loadKernels(undefined, "f64")]
    .map(({ arena }) => arena);
  for (const arena of arenas) if (!arena.lendStore(owner)) throw new Error("A row store is lent to somebody");
  return {
    [Symbol.dispose](): void {
      for (const arena of arenas) arena.giveStoreBack(owner);
    },
  };
}
