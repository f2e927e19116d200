/** A timer that can be wound and stopped any number of times. */
export class Timer {
  readonly #milliseconds: number;
  readonly #run: () => void;
  #handle: ReturnType<typeof setTimeout> | undefined;

  constructor(seconds: number, run: () => void) {
    this.#milliseconds = seconds * 1000;
    this.#run = run;
  }

  /** Counts from now. */
  start(): void {
    this.stop();
    this.#handle = setTimeout(this.#run, this.#milliseconds);
  }

  /** Counts no more. */
  stop(): void {
    clearTimeout(this.#handle);
  }
}
