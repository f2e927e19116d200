/** How far a long row is: the latest word about it, until somebody takes that. */
export class Progress {
  #word: unknown;
  #wake = () => {};

  /** A newer word replaces an older one that nobody has taken. */
  tell(word: unknown): void {
    this.#word = word;
    this.#wake();
  }

  /** Waits until there is a word. */
  told(): Promise<void> {
    if (this.#word !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#wake = resolve);
  }

  /** The word, if there is one. */
  take(): unknown {
    const word = this.#word;
    this.#word = undefined;
    return word;
  }
}
