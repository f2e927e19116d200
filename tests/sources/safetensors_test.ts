import { assertEquals, assertRejects } from "@std/assert";
import { errorCode, ParameterError } from "@sluice/sluice/core";
import { fromFile } from "@sluice/sluice/sources";
import { bytesOfArray, concat, drain, logitsOf, safetensors, withFolder } from "./_bytes.ts";

const F32 = Float32Array.of(1, 2, 3, 4, 5, 6);
const WORDS = Uint16Array.of(7, 8);
const DATA = concat(bytesOfArray(F32), bytesOfArray(WORDS));
const A = { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] };
const B = { dtype: "BF16", shape: [2], data_offsets: [24, 28] };

async function withFile<T>(bytes: Uint8Array, run: (path: string) => Promise<T>): Promise<void> {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.safetensors"), bytes);
    await run(path("a.safetensors"));
  });
}

async function refuses(bytes: Uint8Array, code: string, includes: string, tensor?: string): Promise<void> {
  await withFile(bytes, async (path) => {
    const error = await assertRejects(() => fromFile(path, { ...tensor && { tensor } }), Error, includes);
    assertEquals(errorCode(error), code);
  });
}

Deno.test("fromFile() reads a tensor of a .safetensors by name", async () => {
  await withFile(safetensors({ __metadata__: { format: "pt" }, b: B, a: A }, DATA), async (path) => {
    const a = await fromFile(path, { tensor: "a" });
    assertEquals(a.shape, { rows: 2, vocabulary: 3, dtype: "f32" });
    assertEquals(await logitsOf(a.open()), [...F32]);
    assertEquals(await logitsOf(a.open({ rows: [1, 2], columns: [1, 2] })), [5]);
    const b = await fromFile(path, { tensor: "b" });
    assertEquals(b.shape, { rows: 1, vocabulary: 2, dtype: "bf16" });
    assertEquals(await drain(b.source!.read!()), bytesOfArray(WORDS));
    assertEquals(b.spec.params, { path, tensor: "b" });
  });
});

Deno.test("fromFile() needs no name where a .safetensors holds one tensor", async () => {
  const floats = {
    F64: new Float64Array(4),
    F32: new Float32Array(4),
    F16: new Uint16Array(4),
    BF16: new Uint16Array(4),
  };
  for (const [dtype, data] of Object.entries(floats)) {
    const header = { only: { dtype, shape: [2, 1, 2], data_offsets: [0, data.byteLength] } };
    await withFile(safetensors(header, bytesOfArray(data)), async (path) => {
      const { shape, spec } = await fromFile(path, { vocabulary: 2 });
      assertEquals(shape, { rows: 2, vocabulary: 2, dtype: dtype.toLowerCase() as "f32" });
      assertEquals(spec.params.tensor, "only");
    });
  }
});

Deno.test("fromFile() names the tensors there are when the name is missing or wrong", async () => {
  await withFile(safetensors({ a: A, b: B }, DATA), async (path) => {
    await assertRejects(() => fromFile(path), ParameterError, '"a", "b"');
    await assertRejects(() => fromFile(path, { tensor: "c" }), ParameterError, '"a", "b"');
    await assertRejects(() => fromFile(path, { tensor: "__metadata__" }), ParameterError, '"a", "b"');
  });
  await withFile(safetensors({}, new Uint8Array(0)), async (path) => {
    await assertRejects(() => fromFile(path), ParameterError, "no tensor");
  });
});

Deno.test("fromFile() refuses a .safetensors header that does not fit the file", async () => {
  await refuses(safetensors({ a: A, b: B }, DATA.subarray(1)), "E_SOURCE_SHORT", "its header says", "a");
  await refuses(safetensors({ a: A, b: B }, concat(DATA, DATA)), "E_SOURCE_LONG", "its header says", "a");
  await refuses(new Uint8Array(0), "E_SOURCE_SHORT", "byte 0");
  await refuses(new Uint8Array(7), "E_SOURCE_SHORT", "byte 7");
  const whole = safetensors({ a: A, b: B }, DATA);
  const header = whole.length - DATA.length;
  for (const size of [8, 9, header - 1]) {
    await refuses(whole.subarray(0, size), "E_SOURCE_SHORT", `byte ${header}`, "a");
  }
  const huge = whole.slice();
  new DataView(huge.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
  await refuses(huge, "E_FORMAT", "bytes long", "a");
  new DataView(huge.buffer).setBigUint64(0, 8_388_609n, true);
  await refuses(huge, "E_FORMAT", "8388609", "a");
  new DataView(huge.buffer).setBigUint64(0, 8_388_608n, true);
  await refuses(huge, "E_SOURCE_SHORT", "8388616", "a");
});

Deno.test("fromFile() refuses a damaged .safetensors header", async () => {
  const open = '\\"'.repeat(1e6);
  for (const text of [`{"${open}`, `{"${open}\\`, "{", "{}{}", '{"a":1,}', "{\u{1f600}}"]) {
    await refuses(safetensors(text, DATA), "E_FORMAT", "not JSON");
  }
  const damaged: unknown[] = [
    null,
    7,
    {},
    { ...A, dtype: 7 },
    { ...A, shape: 6 },
    { ...A, shape: [2, -3] },
    { ...A, shape: [2, 1.5] },
    { ...A, shape: ["2", 3] },
    { ...A, data_offsets: [0] },
    { ...A, data_offsets: [0, 24, 28] },
    { ...A, data_offsets: [24, 0] },
    { ...A, data_offsets: [-4, 24] },
    { ...A, data_offsets: [0, 1e300] },
    { ...A, data_offsets: ["0", "24"] },
  ];
  for (const a of damaged) await refuses(safetensors({ a, b: B }, DATA), "E_FORMAT", 'tensor "a"', "a");
  const bad = safetensors({ a: A }, bytesOfArray(F32));
  bad[10] = 0xff;
  await refuses(bad, "E_FORMAT", "not JSON");
});

Deno.test("fromFile() refuses a .safetensors header that does not begin with its brace", async () => {
  const sound = JSON.stringify({ a: A, b: B });
  await withFile(safetensors(sound + "   ", DATA), async (path) => {
    assertEquals(await logitsOf((await fromFile(path, { tensor: "a" })).open()), [...F32]);
  });
  const texts = ["", " " + sound, "\n" + sound, "\ufeff" + sound, "null", "[]", "7", "true", "nonsense", "\u{1f600}{}"];
  for (const text of texts) {
    const found = text === "" ? "header is empty" : `begins with byte ${new TextEncoder().encode(text)[0]}`;
    await refuses(safetensors(text, DATA), "E_FORMAT", `${found}, wanted a JSON object`, "a");
  }
});

Deno.test("fromFile() refuses a .safetensors header that is nested deeper than a tensor's shape, before it parses it", async () => {
  const inLists = (depth: number) =>
    `{"__metadata__":{"x":${"[".repeat(depth)}${"]".repeat(depth)}},"a":${JSON.stringify(A)},"b":${JSON.stringify(B)}}`;
  for (const text of [inLists(3), inLists(1e6), `{"a":${"[".repeat(4e6)}`, `{"a":"\\"[","b":${'{"a":'.repeat(9)}1`]) {
    await refuses(safetensors(text, DATA), "E_FORMAT", "more than 4 lists and objects deep", "a");
  }
  const metadata = { text: "[[[[[[", more: '\\"{{{{{{"' };
  for (const sound of [inLists(2), JSON.stringify({ __metadata__: metadata, a: A, b: B })]) {
    await withFile(safetensors(sound, DATA), async (path) => {
      assertEquals(await logitsOf((await fromFile(path, { tensor: "a" })).open()), [...F32]);
    });
  }
});

Deno.test("fromFile() refuses a .safetensors header with a key twice, at any depth and however it is spelled", async () => {
  const a = JSON.stringify(A), b = JSON.stringify(B);
  const twice: readonly (readonly [string, string])[] = [
    [`{"a":${a},"a":${a},"b":${b}}`, '"a"'],
    [`{"a":${a},"b":${b},"\\u0061" : ${a}}`, '"a"'],
    [`{"a":${a.replace("{", '{"dtype":"F64",')},"b":${b}}`, '"dtype"'],
    [`{"a":${a},"b":${b.replace("}", ',"shape"\n:[2]}')}}`, '"shape"'],
    [`{"__metadata__":{"x":"1","x":"1"},"a":${a},"b":${b}}`, '"x"'],
    [`{"__metadata__":{},"__metadata__":{},"a":${a},"b":${b}}`, '"__metadata__"'],
    [`{"__proto__":1,"a":${a},"__proto__":${b}}`, '"__proto__"'],
    [`{"":${a},"":${b}}`, '""'],
  ];
  for (const [text, key] of twice) {
    JSON.parse(text);
    await refuses(safetensors(text, DATA), "E_FORMAT", `has the key ${key} twice`, "a");
  }
});

Deno.test("fromFile() takes keys that only look alike", async () => {
  // The same names in other objects, in values, in other case, beside escaped quotes and braces in strings.
  const metadata = { a: 'a":"a', b: "{", dtype: '\\", "a": {', shape: "a", A: "\\", 'a"': "}" };
  await withFile(
    safetensors({ __metadata__: metadata, a: A, A: { ...B, data_offsets: [24, 28] } }, DATA),
    async (path) => {
      assertEquals(await logitsOf((await fromFile(path, { tensor: "a" })).open()), [...F32]);
    },
  );
});

Deno.test("fromFile() refuses tensors that overlap, leave a gap or are not as long as their shape", async () => {
  await refuses(safetensors({ a: A, b: { ...B, data_offsets: [20, 24] } }, DATA), "E_FORMAT", "overlaps", "a");
  await refuses(safetensors({ a: A, b: { ...B, data_offsets: [26, 30] } }, DATA), "E_FORMAT", "gap", "a");
  await refuses(safetensors({ b: B }, DATA), "E_FORMAT", "gap");
  await refuses(safetensors({ a: { ...A, shape: [2, 4] }, b: B }, DATA), "E_FORMAT", "need 32", "a");
  await refuses(safetensors({ a: A, b: { ...B, dtype: "I64" } }, DATA), "E_FORMAT", "need 16", "a");
  await refuses(safetensors({ a: { ...A, shape: [2 ** 50, 2 ** 50] }, b: B }, DATA), "E_FORMAT", "need", "a");
});

Deno.test("fromFile() reads past tensors of unknown dtypes, and refuses to read them", async () => {
  const header = { a: A, b: { dtype: "F8_E4M3", shape: [4], data_offsets: [24, 28] } };
  await withFile(safetensors(header, DATA), async (path) => {
    assertEquals(await logitsOf((await fromFile(path, { tensor: "a" })).open()), [...F32]);
  });
  await refuses(safetensors(header, DATA), "E_DTYPE", "F8_E4M3", "b");
  const odd = { a: A, b: { dtype: "constructor", shape: [4], data_offsets: [24, 28] } };
  await refuses(safetensors(odd, DATA), "E_DTYPE", "constructor", "b");
  const whole = { a: { dtype: "I32", shape: [7], data_offsets: [0, 28] } };
  await refuses(safetensors(whole, DATA), "E_DTYPE", "I32");
});

Deno.test("fromFile() refuses an empty tensor and a single number", async () => {
  await refuses(
    safetensors({ a: { dtype: "F32", shape: [0, 3], data_offsets: [0, 0] } }, new Uint8Array(0)),
    "E_EMPTY",
    "0 rows",
  );
  await refuses(
    safetensors({ a: { dtype: "F32", shape: [3, 0], data_offsets: [0, 0] } }, new Uint8Array(0)),
    "E_EMPTY",
    "vocabulary is 0",
  );
  await refuses(
    safetensors({ a: { dtype: "F32", shape: [], data_offsets: [0, 4] } }, new Uint8Array(4)),
    "E_SHAPE",
    "single number",
  );
});
