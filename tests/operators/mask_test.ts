import { assertEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError, ShapeError } from "@sluice/sluice/core";
import { mask, type MaskOptions } from "@sluice/sluice/operators";
import { fromArray } from "@sluice/sluice/sources";
import { random, whole } from "../sources/_bytes.ts";
import { applied, SPECIALS } from "./_apply.ts";

/** Bits of ids, packed from the little end. */
function pack(ids: Iterable<number>, bytes: number): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(bytes);
  for (const id of ids) bits[id >> 3] |= 1 << (id & 7);
  return bits;
}

Deno.test("mask() by allowed ids, denied ids and packed bits is one and the same", () => {
  const next = random(8);
  for (const share of [0, 0.01, 0.5, 0.99, 1]) {
    const size = whole(next, 1000, 4000);
    const logits = Float32Array.from({ length: size }, () => next() * 20 - 10);
    const allow: number[] = [];
    const deny: number[] = [];
    for (let id = 0; id < size; id++) (next() < share ? allow : deny).push(id);
    const wanted = logits.slice();
    for (const id of deny) wanted[id] = -Infinity;
    const words = pack(allow, Math.ceil(size / 32) * 4).buffer;
    const options: MaskOptions[] = [
      { allow },
      { allow: new Set(allow.toReversed()) },
      { deny: [...deny, ...deny] },
      { bits: pack(allow, Math.ceil(size / 8)) },
      { bits: new Uint8Array(words) },
      { bits: new Uint32Array(words) },
      { bits: new Int32Array(words) },
    ];
    for (const option of options) assertEquals(applied(mask(option), logits), wanted);
  }
});

Deno.test("mask() disallows whatever the logit is, and leaves allowed ones as they are", () => {
  const logits = Float32Array.from(SPECIALS);
  assertEquals(applied(mask({ allow: [] }), logits), new Float32Array(SPECIALS.length).fill(-Infinity));
  assertEquals([...applied(mask({ deny: [] }), logits)], [...logits]);
});

Deno.test("mask() narrower than the row disallows the missing ids and counts them", () => {
  const narrow = mask({ bits: Uint32Array.of(0xffffffff) });
  const wanted = new Float32Array(100).fill(-Infinity).fill(0, 0, 32);
  assertEquals(applied(narrow, new Float32Array(100)), wanted);
  assertEquals([narrow.missing(100), narrow.missing(32), narrow.missing(20)], [68, 0, 0]);
  assertEquals(mask({ bits: Uint8Array.of(1) }).missing(100), 92);
  assertEquals(mask({ bits: new Uint8Array(0) }).missing(100), 100);
  assertEquals(mask({ allow: [1] }).missing(100), 0);
  assertEquals(mask({ deny: [1] }).missing(100), 0);
  fromArray(new Float32Array(100)).pipe(narrow);
});

Deno.test("mask() wider than the row is refused when it is piped", () => {
  const logits = fromArray(new Float32Array(33));
  const refused: [MaskOptions, string, string][] = [
    [{ bits: new Uint32Array(3) }, "E_SHAPE", "3 words"],
    [{ bits: new Uint8Array(9) }, "E_SHAPE", "3 words"],
    [{ bits: Uint32Array.of(0, 2) }, "E_SHAPE", "id 33"],
    [{ bits: Uint32Array.of(0, 0x80000001) }, "E_SHAPE", "id 63"],
    [{ bits: Uint8Array.of(0, 0, 0, 0, 0x14) }, "E_SHAPE", "id 34"],
    [{ allow: [32, 33] }, "E_PARAM", "id 33"],
    [{ deny: [1e6] }, "E_PARAM", "id 1000000"],
  ];
  for (const [options, code, includes] of refused) {
    assertEquals(errorCode(assertThrows(() => logits.pipe(mask(options)), Error, includes)), code);
  }
  for (const bits of [Uint32Array.of(~0, 1), new Uint8Array(8), Uint8Array.of(255, 255, 255, 255, 1)]) {
    logits.pipe(mask({ bits }));
  }
  const whole = fromArray(new Float32Array(32)).pipe(mask({ bits: Uint32Array.of(~0) }));
  assertThrows(() => whole.pipe(mask({ bits: Uint32Array.of(~0, 0) })), ShapeError);
});

Deno.test("mask() copies what it is given", () => {
  const bits = Uint32Array.of(1);
  const allow = [0];
  const masks = [mask({ bits }), mask({ allow })];
  bits[0] = 2;
  allow[0] = 1;
  for (const each of masks) assertEquals([...applied(each, new Float32Array(2))], [0, -Infinity]);
});

Deno.test("mask() reads a view of bits where it begins and ends", () => {
  const bits = Uint32Array.of(~0, 0b10, ~0).subarray(1, 2);
  assertEquals([...applied(mask({ bits }), new Float32Array(3))], [-Infinity, 0, -Infinity]);
});

Deno.test("mask() wants exactly one way to say it, in ids or bits that make sense", () => {
  const refused = [{}, { allow: [1], deny: [2] }, { deny: [1], bits: new Uint8Array(1) }, { bits: [1] }, {
    bits: "not base64!",
  }];
  for (const options of refused) assertThrows(() => mask(options as unknown as MaskOptions), ParameterError);
  for (const id of [-1, 1.5, NaN, Infinity, "1" as unknown as number]) {
    assertThrows(() => mask({ allow: [id] }), ParameterError, `${id}`);
    assertThrows(() => mask({ deny: [id] }), ParameterError, `${id}`);
  }
});
