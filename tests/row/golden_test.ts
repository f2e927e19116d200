// Promise: today's bits are yesterday's. Digests of saved states, whole and in part, of rows of every kind, on each backend: they change
// only with the version of the state.
import { assertEquals } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { fromArray, type Reducers, reduceStates } from "@sluice/sluice";
import { entropy, logSumExp, maximum, moments, topK, varentropy } from "@sluice/sluice/reducers";
import { saveState } from "@sluice/sluice/row";
import { sha256 } from "../../src/formats/inside.ts";
import { KINDS } from "../kernels/support.ts";
import { GOLDEN } from "./golden.ts";

const SETS: Readonly<Record<string, Reducers>> = {
  maximum: { best: maximum(), top: topK(5, { logprob: false }) },
  sum: { lse: logSumExp() },
  moments: { h: entropy(), m: moments() },
  squares: { v: varentropy() },
};
const COLUMNS = [[0, 5000], [100, 4200]] as const;

/** The digest of the states of every kind of row. */
async function digestOf(backend: string, set: string): Promise<string> {
  const bytes: Uint8Array[] = [];
  for (const kind of Object.values(KINDS)) {
    for (const columns of COLUMNS) {
      const options = { columns, backend: backend as "simd" };
      const [state] = await Array.fromAsync(reduceStates(fromArray(kind(5000, 3)), SETS[set], options));
      bytes.push(saveState(state));
    }
  }
  return sha256(new Uint8Array(await new Blob(bytes as BlobPart[]).arrayBuffer())).toHex();
}

for (const backend of availableBackends()) {
  Deno.test(`saved states have the bytes that they always had: ${backend}`, async () => {
    for (const set of Object.keys(SETS)) assertEquals(await digestOf(backend, set), GOLDEN[backend][set], set);
  });
}
