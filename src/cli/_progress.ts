import type { Logits } from "../core/mod.ts";
import type { Plan } from "../flow/mod.ts";
import type { SingleBar } from "./_cli_progress.d.ts";
import { counted } from "./_counted.ts";
import type { Io } from "./io.ts";

/** Work shorter than this shows no bar. */
const PATIENCE = 500;

/** How often the bar is drawn anew. */
const EVERY = 200;

/** The logits, and the bar of their reading where standard error is a terminal. */
export function watched(logits: Logits, plan: Plan, io: Io): { readonly logits: Logits; readonly progress: Progress } {
  const { logits: all, progress } = watchedAll({ logits }, plan, io);
  return { logits: all.logits, progress };
}

/** The same of several streams, which are read together. */
export function watchedAll<T extends Readonly<Record<string, Logits>>>(
  logits: T,
  plan: Plan,
  io: Io,
): { readonly logits: Readonly<Record<keyof T & string, Logits>>; readonly progress: Progress } {
  const progress = new Progress();
  if (!io.errorIsTerminal) return { logits, progress };
  const reads = plan.second?.from === "reopen" ? plan.reads[0] : 1;
  progress.start(plan.bytes.total === undefined ? undefined : plan.bytes.total * reads);
  const seen = Object.entries(logits).map(([name, one]) => [name, counted(one, (bytes) => progress.add(bytes))]);
  return { logits: Object.fromEntries(seen), progress };
}

/** How far the work is, shown on a terminal. */
export class Progress {
  #bytes = 0;
  #total: number | undefined;
  #begun = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #newBar: ((known: boolean) => SingleBar) | undefined;
  #bar: SingleBar | undefined;

  /** Begins to count towards `total` bytes, if that is known. */
  start(total: number | undefined): void {
    this.#total = total;
    this.#begun = performance.now();
    // Work that shows no bar is still work.
    this.#timer = setTimeout(() => this.#load().catch(() => {}), PATIENCE);
  }

  /** Counts bytes. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Takes the bar away so that rows can be printed on the same terminal; it comes back by itself. */
  pause(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** Takes the bar away for good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.pause();
  }

  /** The library is loaded only when there is something to show. */
  async #load(): Promise<void> {
    const { newBar } = await import("./_cli_progress.ts");
    this.#newBar = (known) =>
      newBar({
        format: known ? "{bar} {percentage}% | {done} | {rate} | {left} left" : "{done} | {rate}",
        clearOnComplete: true,
        hideCursor: true,
        barCompleteChar: "#",
        barIncompleteChar: ".",
        barsize: 30,
      });
    this.#draw();
  }

  #draw(): void {
    if (this.#timer === undefined || !this.#newBar) return;
    const seconds = (performance.now() - this.#begun) / 1000;
    const rate = this.#bytes / seconds;
    const share = Math.min(this.#bytes, this.#total ?? this.#bytes);
    const payload = {
      done: mebibytes(this.#bytes),
      rate: `${mebibytes(rate)}/s`,
      left: duration(((this.#total ?? 0) - share) / rate),
    };
    if (!this.#bar) {
      this.#bar = this.#newBar(this.#total !== undefined);
      this.#bar.start(this.#total ?? 0, share, payload);
    }
    this.#bar.update(share, payload);
    this.#timer = setTimeout(() => this.#draw(), EVERY);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 30 ? 1 : 0)} MiB`;
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
