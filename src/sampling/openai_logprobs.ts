import type { Sample, TokenLogprob } from "./sample.ts";

/** A token in the shape of the OpenAI API. */
export interface OpenAiToken {
  /** Its text. */
  readonly token: string;
  /** Its log-probability; -9999 where it is less, as that API writes "very unlikely". */
  readonly logprob: number;
  /** The text's UTF-8 bytes; `null` where the text is not known. */
  readonly bytes: readonly number[] | null;
}

/** One entry of `logprobs.content`. */
export interface OpenAiLogprob extends OpenAiToken {
  /** The likeliest tokens at this place. */
  readonly top_logprobs: readonly OpenAiToken[];
}

/**
 * A sample as an entry of `logprobs.content[]` of the OpenAI chat API: the token and the row's likeliest ones, by their raw
 * log-probabilities. Ask the sampler for `details` (the token's own raw log-probability) and `topLogprobs` (that API gives up to 20);
 * without `details` a token that is none of the likeliest has its processed log-probability.
 *
 * Without `decode` a token's text is `token_id:` and its id, and its bytes are `null`.
 *
 * @example A token, its bytes and the two likeliest
 * ```ts
 * import { openAiLogprobs, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const sample = sampler({ details: true, topLogprobs: 2 }).draw(Float32Array.of(0, 40, 0));
 * const entry = openAiLogprobs(sample, (id) => "abc"[id]);
 * assertEquals(entry?.token, "b");
 * assertEquals(entry?.bytes, [98]);
 * assertEquals(entry?.top_logprobs.map(({ token }) => token), ["b", "a"]);
 * ```
 *
 * @param sample The sample.
 * @param decode The text of a token.
 * @returns The entry; `undefined` without a token.
 */
export function openAiLogprobs(sample: Sample, decode?: (id: number) => string): OpenAiLogprob | undefined {
  if (sample.id === undefined) return undefined;
  const listed = sample.top?.find(({ id }) => id === sample.id);
  const logprob = sample.details?.rawLogprob ?? listed?.logprob ?? sample.logprob;
  const top = (sample.top ?? []).map((token) => tokenOf(token, decode));
  return { ...tokenOf({ id: sample.id, logprob }, decode), top_logprobs: top };
}

function tokenOf({ id, logprob }: TokenLogprob, decode?: (id: number) => string): OpenAiToken {
  const text = decode?.(id);
  return {
    token: text ?? `token_id:${id}`,
    logprob: logprob > -9999 ? logprob : -9999,
    bytes: text === undefined ? null : [...new TextEncoder().encode(text)],
  };
}
