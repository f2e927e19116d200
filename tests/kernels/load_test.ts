import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  availableBackends,
  type Backend,
  BackendUnavailableError,
  chooseBackend,
  loadKernels,
} from "../../kernels/mod.ts";
import { type Binaries, binaryOf, patched } from "../../kernels/binaries.ts";
import { patchOf } from "../../kernels/patch_of.ts";
import { isFused, moduleOf } from "../../kernels/wasm_kernels.ts";
import * as FMA from "../../kernels/gen/fma.ts";
import * as SIMD from "../../kernels/gen/simd.ts";
import * as PAIR_FMA from "../../kernels/two_pass/gen/fma.ts";
import * as PAIR_SIMD from "../../kernels/two_pass/gen/simd.ts";
import { Random } from "../support/random.ts";
import { BACKENDS, type Bench, benchOf, forEachBackend, KINDS, LEVELS } from "./support.ts";

/** A host that accepts the named binaries, with multiply-adds fused or not. */
function host(accepted: readonly Backend[], fused: boolean) {
  return { validate: (backend: Backend) => accepted.includes(backend), probe: () => fused };
}

Deno.test("the default backend is the best one that works", () => {
  assertEquals(chooseBackend(host(["fma", "simd"], true)), "fma");
  assertEquals(chooseBackend(host(["fma", "simd"], false)), "simd");
  assertEquals(chooseBackend(host(["simd"], true)), "simd");
  assertEquals(chooseBackend(host([], true)), "reference");
  const unasked = { validate: () => false, probe: () => assert(false, "probed a binary that is not valid") as never };
  assertEquals(chooseBackend(unasked), "reference");
});

Deno.test("the probe tells one rounding from two, for both instructions", () => {
  const once = (sign: number) => (a: number, b: number, c: number) => c + sign * a * b;
  const twice = (sign: number) => (a: number, b: number, c: number) => Math.fround(c + sign * Math.fround(a * b));
  const probe = (add: typeof once, subtract: typeof once) => ({
    probeMultiplyAdd: add(1),
    probeNegatedMultiplyAdd: subtract(-1),
  });
  assert(isFused(probe(once, once)));
  assert(!isFused(probe(once, twice)));
  assert(!isFused(probe(twice, once)));
  assert(!isFused(probe(twice, twice)));
});

Deno.test("kernels are loaded once, and float64 always gets the reference", () => {
  for (const backend of BACKENDS) assertStrictEquals(loadKernels(backend), loadKernels(backend));
  assertStrictEquals(loadKernels(), loadKernels(availableBackends()[0]));
  for (const backend of [undefined, ...BACKENDS]) {
    const { backend: got, element } = loadKernels(backend, "f64");
    assertEquals([got, element], ["reference", "f64"]);
  }
  assertEquals(availableBackends().at(-1), "reference");
});

Deno.test("a backend that does not exist is refused with a stable code", () => {
  const error = assertThrows(() => loadKernels("neon" as Backend), BackendUnavailableError, "neon");
  assertEquals([error.code, error.name], ["E_WASM_UNAVAILABLE", "BackendUnavailableError"]);
});

Deno.test("the generated binaries are what they say", async () => {
  const product: Binaries = { simd: SIMD.BINARY, fma: FMA.PATCH };
  const pairs: Binaries = { simd: PAIR_SIMD.BINARY, fma: PAIR_FMA.PATCH };
  for (const { ORIGIN: { build } } of [FMA, SIMD]) assertEquals(moduleOf(build), binaryOf(product, build));
  for (
    const { binaries, origins } of [
      { binaries: product, origins: [FMA.ORIGIN, SIMD.ORIGIN] },
      { binaries: pairs, origins: [PAIR_FMA.ORIGIN, PAIR_SIMD.ORIGIN] },
    ]
  ) {
    for (const { build, bytes, sha256 } of origins) {
      const binary = binaryOf(binaries, build);
      assertEquals(new Uint8Array(await crypto.subtle.digest("SHA-256", binary)).toHex(), sha256);
      assertEquals(binary.length, bytes);
      const module = new WebAssembly.Module(binary);
      assertEquals(WebAssembly.Module.imports(module), [{ module: "env", name: "memory", kind: "memory" }]);
    }
  }
});

Deno.test("a binary comes back from what it has other than another", () => {
  const random = new Random(7);
  const bytes = (length: number, values: number) => Uint8Array.from({ length }, () => random.whole(values));
  const other = bytes(500, 256);
  const moved = Uint8Array.of(
    ...bytes(3, 256),
    ...other.subarray(200, 400),
    ...bytes(40, 256),
    ...other.subarray(10, 90),
  );
  for (const wanted of [other, moved, bytes(300, 256), bytes(300, 2), bytes(0, 1), other.subarray(0, 5)]) {
    assertEquals(patched(other.toHex(), patchOf(other, wanted)), wanted.toHex());
  }
  assertEquals(patchOf(other, other), [[0, other.length, ""]]);
});

/** Runs every kernel that reads logits over the last `length` elements of memory. */
function readToTheEnd({ kernels, lane: { table, mapped } }: Bench, at: number, length: number): void {
  const { indices, scratch, out } = kernels.arena;
  for (const level of LEVELS) kernels.sweep(level, at, length, table);
  kernels.probabilities(at, length, mapped, 1.5, 3);
  kernels.probabilities(at, length, at, 1.5, 3);
  kernels.logProbabilities(at, length, at, 1, 1);
  kernels.collect(at, Math.min(length, 1024), 0, true, indices);
  kernels.bound(at, Math.min(length, 1024), 3);
  kernels.find(at, length, 99);
  kernels.countGreater(at, length, 1);
  kernels.countMasked(at, length);
  kernels.divide(at, length, 0.7);
  kernels.softcap(at, length, 30);
  kernels.checksum(at, 4 * length, 6, scratch, out);
  kernels.widenF16(mapped, length, at);
  kernels.widenBf16(mapped, length, at);
  kernels.widenBf16(at, 2 * length, mapped);
  kernels.widenF16(at, 2 * length, mapped);
  kernels.read(at, length);
}

Deno.test("no kernel reads or writes beyond the end of memory", () => {
  forEachBackend((bench) => {
    for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 17, 31, 33, 63, 65, 127, 129, 1000, 1023, 1025, 2047]) {
      const at = bench.kernels.memory.byteLength - 4 * length;
      bench.f32.set(KINDS.normal(length, 1), at / 4);
      readToTheEnd(bench, at, length);
    }
  });
});

Deno.test("read adds every logit once", () => {
  for (const backend of BACKENDS) {
    const bench = benchOf(backend);
    for (const length of [0, 1, 3, 4, 5, 15, 16, 17, 100, 4096, 5001]) {
      const { stage } = bench.lane;
      bench.f32.fill(0.5, stage >> 2, (stage >> 2) + length);
      bench.f32[(stage >> 2) + length] = NaN;
      assertEquals(bench.kernels.read(stage, length), length / 2);
    }
  }
});
