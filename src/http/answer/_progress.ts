/** How far a long row is: the latest report, until somebody takes it. */
export class Progress {
  #latest: unknown;
  #wake = () => {};

  /** A newer report replaces an older one that nobody has taken. */
  report(latest: unknown): void {
    this.#latest = latest;
    this.#wake();
  }

  /** Waits until there is a report. */
  reported(): Promise<void> {
    if (this.#latest !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** The report, if there is one. */
  take(): unknown {
    const latest = this.#latest;
    this.#latest = undefined;
    return latest;
  }
}
