/**
 * What do files cost? All of them lie in the page cache: the disk is not measured.
 *
 * `reduce` of a file against the bare kernel; softmax from one file to another, as a library and as the command line does it, against
 * a loop that only copies, in pieces of 1 MiB; and the command line's `reduce` against reading alone.
 */
import { fromFile, logSumExp, normalize, toNpy } from "../mod.ts";
import { run } from "../src/cli/run.ts";
import { ask } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { pathOf, rawFile } from "./_files.ts";
import { kernelWay } from "./_kernel_way.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const BARE = "bare kernel", COPY = "a loop that copies", READ = "reading alone, calls that wait";
const LARGE = 2 ** 24, VOCABULARY = 200_000, ROWS = 20, MIB = 2 ** 20;
const reducers = { lse: logSumExp() };
const large = once(() => rawFile("large.f32", normalLogits(LARGE)));
const rows = once(() => rawFile("rows.f32", normalLogits(VOCABULARY), ROWS));

ask({
  question: "a file of 16 Mi logits, one row",
  logits: LARGE,
  ways: {
    [BARE]: kernelWay("log-sum-exp: sweep and deposit", LARGE),
    "reduce": () => {
      const path = large();
      return async () => await drain(await fromFile(path, { vocabulary: LARGE }), reducers);
    },
    "sluice reduce --top-k 0": () => command("reduce", large(), "--vocabulary", String(LARGE), "--top-k", "0"),
    [READ]: () => reading(large(), (file, into) => file.read(into)),
    "reading alone, calls that block": () => reading(large(), (file, into) => Promise.resolve(file.readSync(into))),
  },
  targets: [
    { of: "reduce", against: BARE, most: 2 },
    { of: "sluice reduce --top-k 0", against: READ, most: 3 },
  ],
});

ask({
  question: "softmax from file to file, 20 rows of 200,000",
  logits: ROWS * VOCABULARY,
  ways: {
    [COPY]: () => {
      const from = rows(), to = pathOf("copy.f32");
      return () => copy(from, to);
    },
    "normalize to toNpy": () => {
      const path = rows(), to = pathOf("softmax.npy");
      return async () =>
        await normalize(await fromFile(path, { vocabulary: VOCABULARY })).open().pipeTo(await toNpy(to));
    },
    "normalize to toNpy, chunks given back": () => {
      const path = rows(), to = pathOf("given.npy");
      return async () => {
        const probabilities = normalize(await fromFile(path, { vocabulary: VOCABULARY }));
        await probabilities.open({ reuse: true }).pipeTo(await toNpy(to));
      };
    },
    "sluice softmax": () => command("softmax", rows(), "--vocabulary", String(VOCABULARY), "-o", pathOf("cli.npy")),
  },
  targets: [{ of: "sluice softmax", against: COPY, most: 2 }],
});

/** A command, run in this process. */
function command(...args: readonly string[]): () => Promise<void> {
  return async () => {
    const status = await run(args, {
      output: new WritableStream(),
      outputIsTerminal: false,
      error: console.error,
      errorIsTerminal: false,
      columns: 80,
      input: () => Promise.reject(new Error("The bench reads no standard input")),
    });
    if (status !== 0) throw new Error("The bench's command failed");
  };
}

function reading(path: string, read: (file: Deno.FsFile, into: Uint8Array) => Promise<number | null>) {
  const into = new Uint8Array(MIB);
  return async () => {
    using file = Deno.openSync(path);
    while (await read(file, into) !== null);
  };
}

async function copy(from: string, to: string): Promise<void> {
  const piece = new Uint8Array(MIB);
  using source = await Deno.open(from);
  using target = await Deno.open(to, { write: true, create: true, truncate: true });
  for (let count = await source.read(piece); count !== null; count = await source.read(piece)) {
    for (let done = 0; done < count;) done += await target.write(piece.subarray(done, count));
  }
  await target.syncData();
}
