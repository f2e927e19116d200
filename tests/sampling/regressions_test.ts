/** Bugs that were found, each as the promise it broke. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { keepTopK, maskRows, mirostat, preset, type PresetName, sampler, withTemperature } from "@sluice/sluice";

/** How often each id is the second of two draws. */
function seconds(row: Float32Array, chain: Parameters<typeof sampler>[0], count: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let seed = 0; seed < count; seed++) {
    const { draws = [] } = sampler({ ...chain, draws: 2, seed }).draw(row);
    const { id } = draws[1];
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

Deno.test("the second of two draws is fair when the first held nearly all the mass", () => {
  for (const gap of [36, 38, 60, 300]) {
    const found = seconds(Float32Array.of(gap, 0, 0, 0, 0), {}, 2000);
    for (const id of [1, 2, 3, 4]) assert(Math.abs(found.get(id)! - 500) < 100, `gap ${gap}: ${[...found]}`);
  }
  const cold = seconds(Float32Array.of(5, 0, .02, 0, .01), { chain: [keepTopK(5), withTemperature(0.1)] }, 2000);
  assert(Math.abs(cold.get(2)! / 2000 - 0.28) < 0.05, `${[...cold]}`);
});

Deno.test("a clone between draw and accept learns from the token as its model does", () => {
  const model = sampler({ chain: [mirostat({ tau: 2 })], seed: 1 });
  const { id } = model.draw(Float32Array.of(1, 2, 3, 4));
  const clone = model.clone();
  assertThrows(() => model.save(), RangeError, "accept it first");
  model.accept(id!);
  clone.accept(id!);
  assertEquals(clone.save(), model.save());
});

Deno.test("a saved memory that does not fit is refused", () => {
  const made = sampler({ chain: [mirostat({ tau: 2 })] });
  const saved = JSON.parse(made.save());
  for (const damage of [{ prompt: 9 }, { own: [[]] }, { history: [-1] }, { step: 0.5 }]) {
    assertThrows(() => made.load(JSON.stringify({ ...saved, ...damage })), SyntaxError, "damaged");
  }
});

Deno.test("a row's mask from a function is refused where a list's would be", () => {
  const made = (bits: Uint32Array) => sampler({ chain: [maskRows(() => bits)] });
  assertThrows(() => made(Uint32Array.of(7, 1, 1, 1)).draw(Float32Array.of(1, 2, 30)), TypeError, "wider");
  assertThrows(() => made(Uint32Array.of(0b1000)).draw(Float32Array.of(1, 2, 30)), TypeError, "wider");
  assertEquals(made(Uint32Array.of(0b011)).draw(Float32Array.of(1, 2, 30), { step: 0 }).id! < 2, true);
});

Deno.test("options that are no numbers, and temperatures that would blame the row, are refused", () => {
  for (const value of [null, "0.5", [0.5], 1e-40, -1, NaN]) {
    assertThrows(() => withTemperature(value as number), RangeError, "withTemperature");
  }
  for (const name of ["llama.cpp", "transformers", "vllm"] as PresetName[]) {
    assertThrows(() => preset(name, { temperature: null as unknown as number }), RangeError, "temperature");
  }
});
