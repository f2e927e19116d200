/**
 * Answers what the bench files ask, in interleaved rounds, and holds the answers against the targets.
 *
 * `deno task bench:report [--json] [TEXT...]`: all questions, or those that contain a text; `accuracy` is one of them.
 * Times are CPU time of the process, medians of 11 rounds; a ratio is the median of the rounds' ratios. With `--json` a summary
 * goes to standard output, and the text to standard error.
 *
 * @module
 */
import "./aligned_bench.ts";
import "./dtypes_bench.ts";
import "./file_bench.ts";
import "./fusion_bench.ts";
import "./kernel_questions.ts";
import "./normalize_bench.ts";
import "./sampling/cuts_bench.ts";
import "./sampling/draw_bench.ts";
import "./short_rows_bench.ts";
import "./stream_bench.ts";
import "./temperature_bench.ts";
import "./top_k_bench.ts";
import { type Question, questions } from "./_ask.ts";
import { measure, median } from "./_rounds.ts";
import { type Verdict, verdictLine, verdictOf } from "./_verdict.ts";
import { accuracyOf, type AccuracyRow } from "./accuracy.ts";

interface Answer {
  readonly question: string;
  readonly nanosecondsPerLogit: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
}

async function answer({ question, logits, ways, targets = [] }: Question): Promise<Answer> {
  const timed = Object.entries(ways).map(([name, prepare]) => ({ name, logits, run: prepare() }));
  const rounds = await measure(timed);
  return {
    question,
    nanosecondsPerLogit: Object.fromEntries([...rounds].map(([name, times]) => [name, median(times)])),
    verdicts: targets.map((target) => verdictOf(rounds, target)),
  };
}

function answerLines({ question, nanosecondsPerLogit, verdicts }: Answer): string {
  const times = Object.entries(nanosecondsPerLogit).map(([name, ns]) => `  ${ns.toFixed(3).padStart(8)} ns  ${name}`);
  return ["", question, ...times, ...verdicts.map(verdictLine)].join("\n");
}

function accuracyLines(rows: readonly AccuracyRow[]): string {
  const lines = rows.map(({ pass, error, bound, what, row }) =>
    `  ${pass ? "PASS" : "MISS"}  ${error.toExponential(1)}, at most ${bound.toExponential(1)}: ${what}, ${row}`
  );
  return ["", "accuracy against float64", ...lines].join("\n");
}

if (import.meta.main) {
  const json = Deno.args.includes("--json");
  const wanted = Deno.args.filter((arg) => arg !== "--json");
  const asked = (text: string) => wanted.length === 0 || wanted.some((part) => text.includes(part));
  const print = json ? console.error : console.info;
  const answers: Answer[] = [];
  for (const question of questions.filter(({ question }) => asked(question))) {
    const found = await answer(question);
    answers.push(found);
    print(answerLines(found));
  }
  const accuracy = asked("accuracy") ? await accuracyOf() : [];
  if (accuracy.length > 0) print(accuracyLines(accuracy));
  const all = [...answers.flatMap(({ verdicts }) => verdicts), ...accuracy];
  print(`\n${all.filter(({ pass }) => pass).length} of ${all.length} targets met`);
  if (json) console.info(JSON.stringify({ answers, accuracy }, null, 2));
}
