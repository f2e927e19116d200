import process from "node:process";

/** What is measured: one run of `run` does the work of `logits` logits. */
export interface Timed {
  readonly name: string;
  readonly logits: number;
  run(): unknown;
}

/** Nanoseconds of CPU a logit, a number a round. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/** Milliseconds that one sample takes at least. */
const SAMPLE = 15;
const WARM_UP = 3;

/** Microseconds of CPU this process has used: what other processes on the machine take is not in it. */
function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function timeOf({ run }: Timed, repeats: number): Promise<number> {
  const before = cpuMicros();
  for (let i = 0; i < repeats; i++) {
    const pending = run();
    if (pending instanceof Promise) await pending;
  }
  return (cpuMicros() - before) * 1e3;
}

/**
 * Measures several ways in turns, so that whatever the machine does meets all of them alike. CPU time of the whole process,
 * its helper threads included.
 *
 * @param ways What to measure.
 * @param rounds How many turns.
 */
export async function measure(ways: readonly Timed[], rounds = 11): Promise<Rounds> {
  const repeats = new Map<string, number>();
  for (const way of ways) {
    for (let i = 0; i < WARM_UP; i++) await timeOf(way, 1);
    let count = 1;
    while (await timeOf(way, count) < SAMPLE * 1e6) count *= 2;
    repeats.set(way.name, count);
  }
  const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const count = repeats.get(way.name)!;
      times.get(way.name)!.push(await timeOf(way, count) / count / way.logits);
    }
  }
  return times;
}

/** The median. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** The median over the rounds of how many times the time of `against` a way takes: both from the same round. */
export function ratio(rounds: Rounds, of: string, against: string): number {
  const others = rounds.get(against)!;
  return median(rounds.get(of)!.map((time, i) => time / others[i]));
}
