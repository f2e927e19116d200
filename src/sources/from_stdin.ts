import { type Dtype, type Logits, optionsOf } from "../core/mod.ts";
import { take } from "./_byte_feed.ts";
import { cutOf } from "./_cut.ts";
import { isNpy, NPY_PREFIX } from "../formats/inside.ts";
import { checkExpected, npyOnce, type OnceSource, peeking, rawOnce } from "./_once.ts";
import { StdinFeed } from "./_stdin_feed.ts";

/** What {@linkcode fromStdin} cannot learn from standard input. */
export interface FromStdinOptions {
  /** Logits in a row. Raw bytes need it; with a `.npy` it must agree. */
  readonly vocabulary?: number;
  /** How raw bytes store a logit: "f32" unless said. With a `.npy` it must agree. */
  readonly dtype?: Dtype;
  /** The most logits of a chunk, 65,536 by default; also of a read without a stream. */
  readonly chunk?: number;
}

/**
 * Logits from standard input: a `.npy`, recognised by its first bytes, or raw little-endian logits, whose number of rows
 * only the end tells. Read once, straight into the reader's memory. Standard input is closed when the read ends.
 *
 * @example Counting what a pipe brings
 * ```ts ignore
 * import { fromStdin } from "@sluice/sluice/sources";
 *
 * // cat rows.f32 | deno run count_rows.ts
 * const logits = await fromStdin({ vocabulary: 200_019 });
 * for await (const chunk of logits.open()) console.log(chunk.row, chunk.start, chunk.data.length);
 * ```
 *
 * @param options What the bytes do not say.
 * @returns Logits that can be opened once; then `SourceExhaustedError`.
 * @throws {ParameterError} If an option is out of range, or raw bytes come without a vocabulary.
 * @throws {SourceError} If the header of a `.npy` is damaged, or reading fails.
 */
export async function fromStdin(options: FromStdinOptions = {}): Promise<Logits> {
  checkExpected(optionsOf("fromStdin", options, ["vocabulary", "dtype", "chunk"]));
  const cut = cutOf(options.chunk);
  const feed = new StdinFeed();
  const source: OnceSource = { what: "standard input", name: "fromStdin", feed, cut };
  return await peeking(source, async () => {
    const prefix = await take(feed, NPY_PREFIX);
    return isNpy(prefix) ? await npyOnce(source, options, prefix) : rawOnce(source, options, prefix);
  });
}
