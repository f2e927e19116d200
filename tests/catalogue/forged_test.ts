/** A spec is foreign data: what it may reach is what was granted, and what it is of is judged before anything is made. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  fromFile,
  label,
  logitBias,
  map,
  mirostat,
  ParameterError,
  penalties,
  rechunk,
  sampler,
  softmax,
  target,
  temperature,
  topK,
} from "../../mod.ts";
import { fromSpec, openSpec, type SpecGrants } from "../../src/catalogue/mod.ts";
import { define, register, type Spec } from "../../src/core/mod.ts";
import { inFolder, logits, npy } from "../cli/_shell.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const sink = (path: string): Spec => ({ name: "toNpy", params: { path }, inputs: [] });

async function refused(spec: Spec, grants: Any = {}): Promise<ParameterError> {
  return await assertRejects(() => openSpec(spec, grants as SpecGrants), ParameterError);
}

Deno.test("grants are lists of texts: a text alone is not the list of its characters", () =>
  inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(4), [1, 4]));
    const { spec } = await fromFile(path("a.npy"));
    for (const roots of ["/", path(""), null, 5, {}, [""], [5]]) {
      assert((await refused(spec, { roots })).message.includes("roots"), String(roots));
    }
    const url = { name: "fromUrl", params: { url: "http://127.0.0.1:9/a.npy" }, inputs: [] };
    assert((await refused(url, { origins: "http://127.0.0.1:9" })).message.includes("origins"));
    assertEquals(
      (await refused({ ...spec, params: { path: "file:///tmp/%E0%A4%A.npy" } }, { roots: ["/"] })).code,
      "E_PARAM",
    );
    await openSpec(spec, { roots: [path("none"), path("")] });
  }));

Deno.test("no sink begins before all of a spec makes sense", () =>
  inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(4), [1, 4]));
    const { spec } = await fromFile(path("a.npy"));
    const grants = { roots: [path("")], writableRoots: [path("")] };
    const wrong: Spec[] = [
      { name: "map", params: {}, inputs: [sink(path("leak.npy")), softmax().spec] },
      { ...temperature(2).spec, inputs: [sink(path("leak.npy"))] },
      { ...sink(path("leak.npy")), inputs: [spec] },
      { name: "map", params: {}, inputs: [spec, softmax().spec, softmax().spec] },
      { ...spec, inputs: [spec] },
      { ...temperature(2).spec, inputs: [spec, spec] },
    ];
    for (const one of wrong) assert(/wanted (nothing|logits)/.test((await refused(one, grants)).message), one.name);
    await assertRejects(() => Deno.stat(path("leak.npy")), Deno.errors.NotFound);
  }));

Deno.test("a sink writes over nothing that is read, and over no file that has another name", () =>
  inFolder(async (path) => {
    const bytes = npy(logits(4), [1, 4]);
    await Deno.writeFile(path("a.npy"), bytes);
    await Deno.mkdir(path("out"));
    await Deno.link(path("a.npy"), path("out/b.npy"));
    const writableRoots = [path("out")];
    assertEquals((await refused(sink(path("out/b.npy")), { writableRoots })).code, "E_PATH_BLOCKED");
    const inputs = [path("a.npy")];
    await assertRejects(() => openSpec(sink(path("a.npy")), { writableRoots: [path("")], inputs }));
    assertEquals(await Deno.readFile(path("a.npy")), bytes);
  }));

Deno.test("inputs belong where they are wanted", () => {
  const refusal = (spec: Spec) => assertThrows(() => fromSpec(spec), ParameterError).message;
  assertEquals(
    refusal({ ...topK(3).spec, inputs: [temperature(2).spec, softmax().spec] }),
    "Cannot make topK of operator, map: wanted nothing",
  );
  assertEquals(
    refusal({ ...sampler({ seed: 1 }).spec, inputs: [topK(3).spec] }),
    "Cannot make sampler of reducer: wanted any of stage, operator",
  );
  assert(
    refusal({ ...temperature(2).spec, inputs: [rechunk(2).spec] }).startsWith("Cannot make temperature of operator"),
  );
});

Deno.test("what a spec says comes back from JSON, or is refused; what it lists does not change", () => {
  for (const ignore of [NaN, Infinity, {}, () => 1]) {
    assertThrows(() => label([1], { ignore: ignore as Any }), ParameterError, "label with ignore");
  }
  const odd = define({
    name: "acme:odd",
    kind: "operator",
    help: "takes anything",
    options: { what: { type: "data", read: (_of, _name, what): unknown => what, help: "anything" } },
    make: (_options, spec) => ({ ...temperature(2), spec }),
  });
  for (const what of [Infinity, NaN, [1, [-Infinity]], { a: NaN }, new Map(), 1n, Symbol.iterator]) {
    assertThrows(() => odd.of({ what }), ParameterError, "acme:odd with what");
  }
  const { spec } = target([3, 1]);
  assertThrows(() => (spec.params.ids as number[])[0] = 5, TypeError);
  const made = sampler({ seed: 1, chain: [mirostat()] });
  (made.spec.params.own as number[][])[0][0] = -5;
  assertEquals(sampler({ seed: 1, chain: [mirostat()] }).spec.params.own, [[10]]);
  assert(Object.is(penalties({ presencePenalty: -0 }).spec.params.presencePenalty, 0));
  assertEquals(logitBias([[1, -0]]).spec.params, { bias: [[1, 0]] });
});

Deno.test("a sampler that waits for the token drawn is not portable until it has it", () => {
  const made = sampler({ seed: 1, chain: [mirostat()] });
  const { id } = made.draw(Float32Array.of(1, 2, 3));
  assertEquals(assertThrows(() => fromSpec(made.spec), ParameterError).code, "E_NOT_PORTABLE");
  made.accept(id!);
  const again = fromSpec(made.spec) as typeof made;
  assertEquals(again.draw(Float32Array.of(1, 2, 3)), made.draw(Float32Array.of(1, 2, 3)));
});

Deno.test("what is no definition is not registered; what makes nothing of its own is told", () => {
  for (const what of [{ name: "acme:x" }, null, 5, { name: "acme:x", kind: "stage" }]) {
    assertThrows(() => register(what as Any), ParameterError, "wanted a definition");
  }
  register(define({ name: "acme:five", kind: "stage", help: "5", options: {}, make: () => 5 }));
  assertThrows(() => fromSpec({ name: "acme:five", params: {}, inputs: [] }), ParameterError, "acme:five");
});

Deno.test("a list that is too long for one is refused as one", () => {
  for (const make of [target, label]) {
    assertThrows(() => make({ length: 2 ** 40 } as Any), ParameterError, "wanted a list of ids");
  }
});

Deno.test("a map of logits says both that it is built on, and comes back", () =>
  inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(4), [1, 4]));
    const mapped = map((await fromFile(path("a.npy"))).pipe(temperature(2)), softmax(), { onInvalid: "zero" });
    const again = await openSpec<typeof mapped>(JSON.parse(JSON.stringify(mapped.spec)), { roots: [path("")] });
    assertEquals(again.spec, mapped.spec);
    assertEquals(await Array.fromAsync(again.open()), await Array.fromAsync(mapped.open()));
  }));
