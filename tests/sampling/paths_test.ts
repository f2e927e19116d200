/**
 * Law: how a row reaches the sampler does not show in what it draws: whole, in chunks, in parts that are merged, with the row store taken
 * by somebody else, or read again for each pass over it, a seed draws the same tokens with the same log-probabilities, to the bits.
 */
import { assert, assertEquals } from "@std/assert";
import {
  finishState,
  fromArray,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepPLess,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  logitBias,
  mergeStates,
  reduce,
  reduceStates,
  sampler,
  type Stage,
  withTemperature,
  xtc,
} from "@sluice/sluice";
import { loadKernels } from "../../kernels/mod.ts";
import { Random } from "../support/random.ts";
import { takenStores } from "../support/taken_stores.ts";
import { rowOf, SHAPES } from "./_rows.ts";

const CHAINS: Record<string, () => (Stage | ReturnType<typeof logitBias>)[]> = {
  topP: () => [keepTopP(0.9)],
  narrow: () => [keepTopP(0.05)],
  minP: () => [keepMinP(0.05)],
  epsilon: () => [keepEpsilon(1e-4)],
  eta: () => [keepEta(1e-3)],
  sigma: () => [keepTopNSigma(1.5)],
  typical: () => [keepTypical(0.8)],
  pLess: () => [keepPLess()],
  ties: () => [keepTopK(700, { ties: "all" })],
  struck: () => [xtc({ probability: 1, threshold: 0.001 })],
  late: () => [keepMinP(0.01), withTemperature(0.8)],
  chain: () => [withTemperature(1.2), keepMinP(0.001), keepTopP(0.95), keepTypical(0.9)],
  edited: () => [keepTopP(0.95), logitBias({ 3: 2, 700: -1 }), keepMinP(0.01)],
};

const LENGTH = 3000;
const random = new Random(47);
const ROWS = SHAPES.map((kind) => [kind, rowOf(kind, LENGTH, random)] as const);

for (const [name, chain] of Object.entries(CHAINS)) {
  Deno.test(`${name}: whole, in chunks, in parts, with the store taken`, async () => {
    for (const [kind, row] of ROWS) {
      for (const draws of [1, 3]) {
        const make = () => sampler({ chain: chain(), seed: 9, draws });
        const whole = make().draw(row, { step: 0 });
        assert(whole.reads === 1);
        const [{ token: chunked }] = await Array.fromAsync(reduce(fromArray(row, { chunk: 700 }), { token: make() }));
        assertEquals(chunked, whole, kind);
        {
          using _taken = takenStores();
          assertEquals(make().draw(row, { step: 0 }), whole, kind);
        }
        const reducers = { token: make() }, states = [];
        for (const columns of [[2100, LENGTH], [0, 777], [777, 2100]] as const) {
          states.push(...await Array.fromAsync(reduceStates(fromArray(row), reducers, { columns })));
        }
        assertEquals(finishState(mergeStates(states), reducers).token, whole, kind);
      }
    }
  });
}

Deno.test("a row that is too long to be kept is read again for what it is asked, and gives the same", async () => {
  // The same tokens at the front; the rest is so far below that it has no share.
  const { storeLength } = loadKernels().arena, rest = storeLength + 1024 - LENGTH;
  const long = new Float32Array(storeLength + 1024).fill(-Infinity);
  for (const name of ["topP", "minP", "typical", "chain", "edited"]) {
    for (const [kind, row] of ROWS.filter(([kind]) => ["normal", "flat", "two-valued"].includes(kind))) {
      long.set(row);
      const make = () => sampler({ chain: CHAINS[name](), seed: 5 });
      const { reads: _one, ...wanted } = make().draw(row, { step: 0 });
      const [{ token: { reads, ...found } }] = await Array.fromAsync(reduce(fromArray(long), { token: make() }));
      assertEquals(found, wanted, `${name}, ${kind}, ${rest} more`);
      assert(reads > 1 && reads <= make().mostReads!, `${reads}`);
    }
  }
});
