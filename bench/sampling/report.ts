/**
 * The draws in interleaved rounds, with what was promised: `deno run bench/sampling/report.ts`.
 *
 * @module
 */
import { questions } from "../_ask.ts";
import { measure, median } from "../_rounds.ts";
import { verdictLine, verdictOf } from "../_verdict.ts";
import "./cuts_bench.ts";
import "./draw_bench.ts";

if (import.meta.main) {
  for (const { question, logits, ways, targets = [] } of questions) {
    const rounds = await measure(Object.entries(ways).map(([name, make]) => ({ name, logits, run: make() })), 21);
    console.info(question);
    for (const name of Object.keys(ways)) {
      console.info(`  ${median(rounds.get(name)!).toFixed(3).padStart(8)} ns a logit  ${name}`);
    }
    for (const target of targets) console.info(verdictLine(verdictOf(rounds, target)));
  }
}
