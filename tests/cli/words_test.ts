// Errors speak to a person at a command line: of flags and files, never of the library's options and functions.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFlags } from "../../src/cli/_in_flags.ts";
import { fileSpill, normalize } from "../../src/flow/mod.ts";
import { fromFile, fromStream } from "../../src/sources/mod.ts";
import { canMount, onSmallDisk } from "../sinks/_full_disk.ts";
import { inFolder, logits, npy, sluice } from "./_shell.ts";
import { takenStores } from "../support/taken_stores.ts";

/** Names that only code knows. */
const LIBRARY =
  /"(vocabulary|dtype|tensor)"|\b(from(File|Url|Stdin|Stream)|keep[A-Z]\w+|topK|topP|minP|onInvalid|rowCache|spill|draws =|Uint8Array)\b/;

function assertPlain(message: string, wanted: string): void {
  assertStringIncludes(message, wanted);
  assert(!LIBRARY.test(message), message);
}

Deno.test("what a source is missing, or does not fit, is told in flags", async () => {
  await inFolder(async (path) => {
    await Deno.mkdir(path("folder"));
    await Deno.mkdir(path("folder.npy"));
    await Deno.writeFile(path("a.npy"), npy(logits(20), [2, 10]));
    await Deno.writeFile(path("a.f32"), new Uint8Array(80));
    await Deno.writeFile(path("ids.npy"), npy(Int32Array.of(1, 10), [2], "<i4"));
    const tensor = (at: number) => ({ dtype: "F32", shape: [2], data_offsets: [at, at + 8] });
    const header = new TextEncoder().encode(JSON.stringify({ x: tensor(0), y: tensor(8) }));
    await Deno.writeFile(path("a.safetensors"), new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer));
    await Deno.writeFile(path("a.safetensors"), header, { append: true });
    await Deno.writeFile(path("a.safetensors"), new Uint8Array(16), { append: true });
    const wrong: readonly (readonly [number, readonly string[], string])[] = [
      [2, [path("a.npz")], "or --dtype and --vocabulary for raw bytes; see"],
      [2, [path("a.f32")], "without --vocabulary: a raw file does not say how long a row is"],
      [1, [path("a.npy"), "--vocabulary", "9"], "with --vocabulary 9: its header says 10"],
      [1, [path("a.npy"), "--dtype", "f64"], "with --dtype f64: its header says f32"],
      [2, [path("a.safetensors")], 'without --tensor: it holds "x", "y"'],
      [2, [path("a.npy"), "--tensor", "x"], "Cannot use --tensor x with"],
      [2, [path("a.npy"), "--rows", "1:3"], "Cannot use --rows 1:3: wanted A:B with 0 <= A < B <= 2"],
      [2, [path("a.npy"), "--target", "10"], "Cannot use id 10 in --target: wanted 0 to 9"],
      [2, [path("a.npy"), "--vocabulary", "0"], "Cannot use --vocabulary 0: wanted a whole number of at least 1"],
      [2, [path("a.npy"), "--chunk", "0"], "Cannot use --chunk 0: wanted a whole number of at least 1"],
      [2, [path("a.npy"), "--temperature", "0"], "Cannot use --temperature 0: wanted a finite number greater than 0"],
      [2, [path("a.npy"), "--top-k", "1".padEnd(20, "0")], "wanted a whole number from 0 to 2^53 - 1"],
      [1, [path("a.npy"), "--labels", path("ids.npy")], "Cannot use id 10 in --labels: wanted 0 to 9; they are from"],
      [1, [path("folder")], "it is a directory"],
      [1, [path("folder/")], "it is a directory"],
      [1, [path("folder.npy")], "it is a directory"],
      [1, [path("a.npy"), "--labels", path("folder")], "it is a directory"],
      [1, [path("a.npy"), "-o", path("folder")], "it is a directory"],
      [1, ["/dev/null", "--dtype", "f32", "--vocabulary", "2"], "send it to standard input (sluice ... - < FILE)"],
      [2, ["ftp://host/a.npy"], "wanted a path, an http or https URL, or - for standard input"],
      [1, ["http://me:secret@host/a.npy"], "fetch it to standard input (curl ... | sluice ... -)"],
    ];
    for (const [status, args, message] of wrong) {
      const outcome = await sluice(["reduce", ...args], { input: [new Uint8Array(40)] });
      assertEquals([outcome.status, outcome.out], [status, ""], args.join(" "));
      assertMatch(outcome.err, /^sluice: E_\w+: Cannot [^\n]+\n$/);
      assertPlain(outcome.err, message);
    }
  });
});

Deno.test("what a chain's flags refuse is told of the flag", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("binary"), Uint8Array.of(0xff, 0xfe, 0));
    await Deno.writeTextFile(path("half.json"), "[{");
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [["--top-p", "-1"], "Cannot use --top-p -1: wanted a finite number of at least 0, 1 or more for none"],
      [["--min-p", "-1"], "Cannot use --min-p -1: wanted a number from 0 (none) to 1"],
      [["--typical-p", "0"], "Cannot use --typical-p 0: wanted"],
      [["--preset", "vllm", "--top-p", "2"], "Cannot use --top-p 2: wanted a number above 0, at most 1"],
      [["--preset", "vllm", "--top-k", "1.5"], "Cannot use --top-k 1.5: wanted a whole number of at least 0"],
      [["--preset", "vllm", "--temperature", "3"], "Cannot use --temperature 3: wanted a number from 0 (greedy) to 2"],
      [["--temperature", "-1"], "Cannot use --temperature -1: wanted a finite number of at least 0"],
      [["--top-p", "0.5", "--min-p", "2"], "Cannot use --min-p 2: wanted"],
      [["-n", "0"], "Cannot use -n 0: wanted a whole number of at least 1"],
      [["--chain", path("")], "Cannot read --chain"],
      [["--chain", path("")], "it is a directory"],
      [["--chain", path("none")], "there is no such file"],
      [["--chain", path("binary")], "it is no UTF-8 text, wanted a list of stages in JSON"],
      [["--chain", path("half.json")], "it is no JSON ("],
    ];
    for (const [args, message] of wrong) {
      const { status, out, err } = await sluice(["sample", "absent.npy", "--seed", "1", ...args]);
      assertEquals([status, out], [2, ""]);
      assertPlain(err, message);
    }
  });
});

Deno.test("what a file holds does not reach the terminal as more than text", async () => {
  await inFolder(async (path) => {
    const tensor = { dtype: "F32", shape: [0, 1], data_offsets: [0, 0] };
    const header = new TextEncoder().encode(JSON.stringify({ "\u001b[2Ja": tensor, "b\u009b\u0007\r": tensor }));
    const size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(header.length), true);
    await Deno.writeFile(path("a.safetensors"), Uint8Array.of(...size, ...header));
    const { status, err } = await sluice(["reduce", path("a.safetensors")]);
    assertEquals(status, 2);
    assertMatch(err, /"\?\[2Ja", "b\?\?\?"/);
  });
});

/** What the library throws. */
async function messageOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("It threw nothing");
}

Deno.test("what goes wrong in the middle of a second read is told of the file", async () => {
  using _ = takenStores();
  await inFolder(async (path) => {
    for (const keepsTime of [false, true]) {
      await Deno.writeFile(path("a.npy"), npy(logits(20), [2, 10]));
      const rows = normalize(await fromFile(path("a.npy"), { chunk: 4 }), { rowCache: 0 }).open().getReader();
      await rows.read();
      const { atime, mtime } = await Deno.stat(path("a.npy"));
      await Deno.writeFile(path("a.npy"), npy(Float32Array.of(...logits(10), ...logits(10, 2)), [2, 10]));
      await Deno.utime(path("a.npy"), atime!, keepsTime ? mtime! : new Date(0));
      const message = await messageOf(async () => {
        while (!(await rows.read()).done);
      });
      const told = keepsTime ? "its two reads differ" : "it was changed while it was read";
      assertPlain(inFlags(message), told);
      assertPlain(inFlags(message), `of "${path("a.npy")}"`);
    }
  });
});

Deno.test("what standard input is missing", async () => {
  const stream = ReadableStream.from([new Uint8Array(40)]);
  const message = await messageOf(() => fromStream(stream, { format: "any" }));
  assertPlain(inFlags(message), "without --vocabulary: it is no .npy, so nothing says how long a row is");
});

Deno.test("a temporary file that cannot be had, is full, or is too small", async () => {
  using _ = takenStores();
  await inFolder(async (path) => {
    const halves = [logits(100).subarray(0, 50), logits(100).subarray(50)];
    const messageWith = (spill: ReturnType<typeof fileSpill>) =>
      messageOf(async () => {
        const once = await fromStream(ReadableStream.from(halves), { vocabulary: 100 });
        await Array.fromAsync(normalize(once, { rowCache: 0, spill }).open());
      });
    const none = await messageWith(fileSpill({ directory: path("none") }));
    assertPlain(inFlags(none), "Cannot keep a row in a temporary file for its second read: there is no such folder");
    const small = await messageWith(fileSpill({ limit: 4 }));
    assertPlain(inFlags(small), "it needs more than 4 bytes; save the input to a file first");
    if (!canMount) return;
    await onSmallDisk(4096, async (disk) => {
      await Deno.writeFile(disk("all"), new Uint8Array(4096));
      const full = await messageWith(fileSpill({ directory: disk("") }));
      assertPlain(inFlags(full), "its temporary file failed at byte 0: no space left on its device");
    });
  });
});
