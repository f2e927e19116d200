import type { Maximum, Specials, TargetScore } from "../reducers/mod.ts";
import type { RowReport } from "../core/mod.ts";
import type { Candidate } from "../reducers/mod.ts";

/** One known token of a row, as it is written. */
export interface ScoreRecord {
  readonly id: number;
  readonly logit: number;
  readonly logprob: number;
  readonly rank?: number | null;
}

/** One row, as it is written: the order of the fields is the contract. */
export interface RowRecord {
  readonly row: number;
  readonly count: number;
  readonly max: number;
  readonly argmax: number | null;
  readonly lse: number;
  readonly entropy: number;
  readonly top: readonly Candidate[];
  readonly nan: number;
  readonly posInf: number;
  readonly allMasked: boolean;
  readonly target?: readonly ScoreRecord[];
  readonly label?: ScoreRecord | null;
  readonly rank?: number | null;
  readonly negInf?: number;
}

/** What the command's reducers give of a row; the last three only if asked for. */
export interface ReducedRow extends RowReport {
  readonly best: Maximum;
  readonly lse: number;
  readonly entropy: number;
  readonly top: readonly Candidate[];
  readonly target?: readonly TargetScore[];
  readonly label?: TargetScore | undefined;
  readonly specials?: Specials;
}

/** What is written besides what every row has. */
export interface Asked {
  readonly target: boolean;
  readonly label: boolean;
  readonly rank: boolean;
  readonly specials: boolean;
}

/** A reduced row as its record. */
export function recordOf(row: ReducedRow, asked: Asked): RowRecord {
  const { index, count, best, lse, entropy, top, nan, posInf, allMasked, label } = row;
  return {
    row: index,
    count,
    max: best.value,
    argmax: best.id ?? null,
    lse,
    entropy,
    top,
    nan,
    posInf,
    allMasked,
    ...(asked.target ? { target: row.target!.map((score) => targetOf(score, asked.rank)) } : {}),
    ...(asked.label ? { label: label ? scoreOf(label) : null } : {}),
    ...(asked.label && asked.rank ? { rank: label?.rank ?? null } : {}),
    ...(asked.specials ? { negInf: row.specials!.negInf } : {}),
  };
}

function scoreOf({ id, logit, logprob }: TargetScore): ScoreRecord {
  return { id, logit, logprob };
}

function targetOf(score: TargetScore, rank: boolean): ScoreRecord {
  return rank ? { ...scoreOf(score), rank: score.rank ?? null } : scoreOf(score);
}
