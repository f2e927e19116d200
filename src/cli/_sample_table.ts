import type { Sample } from "../sampling/mod.ts";

const ROW = 6, ID = 9, NUMBER = 11, COUNT = 7;

/** The first line of a table of samples. */
export const sampleHead: string = "row".padStart(ROW) + "id".padStart(ID) + "logprob".padStart(NUMBER) +
  "reads".padStart(COUNT) + "\n";

/** A row of it, with whatever else was asked for behind. */
export function sampleRow(row: number, { id, logprob, reads, why, draws, details }: Sample): string {
  const more = [
    ...(why ? [why] : []),
    ...(details
      ? [
        `raw ${fixed(details.rawLogprob)} rank ${details.rank}`,
        `kept ${details.kept} (${fixed(details.keptMass)})`,
        `entropy ${fixed(details.entropy)}`,
      ]
      : []),
    ...(draws ? [draws.map((token) => token.id).join(" ")] : []),
  ].join("  ");
  const line = String(row).padStart(ROW) + String(id ?? "-").padStart(ID) + fixed(logprob).padStart(NUMBER) +
    String(reads).padStart(COUNT);
  return (line + (more ? `  ${more}` : "")) + "\n";
}

function fixed(x: number): string {
  return Number.isFinite(x) ? x.toFixed(4) : String(x);
}
