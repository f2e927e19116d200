/** One way to do the work of a question: prepares once (data, memory), then gives what is timed. */
export type Way = () => () => unknown;

/** A promise about two ways of one question: `of` takes at most `most` times the time of `against`, or at least `least` times. */
export interface Target {
  readonly of: string;
  readonly against: string;
  readonly most?: number;
  readonly least?: number;
}

/** What one bench file asks. */
export interface Question {
  /** What is asked, the row's size included. */
  readonly question: string;
  /** Logits in one run of each way. */
  readonly logits: number;
  /** What is compared; the first is the baseline of `deno bench`. */
  readonly ways: Readonly<Record<string, Way>>;
  /** What was promised; none if the question is only of interest. */
  readonly targets?: readonly Target[];
}

/** All that has been asked by the modules loaded so far: `report.ts` answers them in interleaved rounds. */
export const questions: Question[] = [];

/** From here on a run takes milliseconds, and a few of them will do. */
const LARGE = 2 ** 22;

/** Asks: under `deno bench` each way becomes a bench of the question's group. */
export function ask(question: Question): void {
  questions.push(question);
  const { logits, ways } = question;
  Object.entries(ways).forEach(([name, prepare], i) => {
    let run: (() => unknown) | undefined;
    Deno.bench({
      name,
      group: question.question,
      baseline: i === 0,
      ...(logits >= LARGE ? { n: 7, warmup: 5 } : {}),
      async fn(context): Promise<void> {
        run ??= prepare();
        context.start();
        await run();
        context.end();
      },
    });
  });
}
