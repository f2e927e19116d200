import type { Sample, TokenLogprob } from "../sampling/mod.ts";

/** One sample as the command line and the service write it: the order of the fields is the contract. */
export interface SampleRecord {
  /** The source's row number. */
  readonly row: number;
  /** The token; `null` where the row has none. */
  readonly id: number | null;
  /** Its log-probability under the processed distribution. */
  readonly logprob: number;
  /** Reads of the row. */
  readonly reads: number;
  /** Why there is no token. */
  readonly why?: "nan" | "infinity" | "masked" | "undecided";
  /** All tokens drawn, if more than one was asked for. */
  readonly draws?: readonly TokenLogprob[];
  /** With details: the token's log-probability under the raw distribution. */
  readonly rawLogprob?: number;
  /** With details: 1 + how many raw logits are larger. */
  readonly rank?: number;
  /** With details: how many tokens the chain keeps. */
  readonly kept?: number;
  /** With details: the share of the probability that they had. */
  readonly keptMass?: number;
  /** With details: the entropy of the raw distribution, in nats. */
  readonly entropy?: number;
}

/**
 * A row's sample as the one object that the command line and the service write.
 *
 * @example The only likely id, of row 7
 * ```ts
 * import { sampler } from "@sluice/sluice";
 * import { sampleRecord } from "@sluice/sluice/records";
 * import { assertEquals } from "@std/assert";
 *
 * const { row, id } = sampleRecord(7, sampler({ seed: 1 }).draw(Float32Array.of(0, 40)));
 * assertEquals([row, id], [7, 1]);
 * ```
 *
 * @param row The source's row number.
 * @param sample What the sampler gave.
 * @returns The record.
 */
export function sampleRecord(row: number, { id, logprob, reads, why, draws, details }: Sample): SampleRecord {
  return {
    row,
    id: id ?? null,
    logprob,
    reads,
    ...(why ? { why } : {}),
    ...(draws ? { draws } : {}),
    ...(details
      ? {
        rawLogprob: details.rawLogprob,
        rank: details.rank,
        kept: details.kept,
        keptMass: details.keptMass,
        entropy: details.entropy,
      }
      : {}),
  };
}
