const MAIN = new URL("../../src/http/main.ts", import.meta.url).pathname;

/** The service as a process of its own. */
export class Program implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #over: Promise<void>;
  /** What it has written to standard error. */
  said = "";

  /** Starts it with these flags; `handles` is what the system lets it open, `preload` a module that is run before it. */
  constructor(flags: readonly string[], { handles = 4096, preload }: { handles?: number; preload?: string } = {}) {
    const run = ["run", "--quiet", "--no-check", "--allow-net", "--allow-read", "--allow-write"];
    const args = [...run, ...(preload ? ["--preload", preload] : []), MAIN, "--port", "0", ...flags];
    const limited = ["-c", `ulimit -n ${handles} && exec "$0" "$@"`, Deno.execPath(), ...args];
    this.#process = new Deno.Command("sh", { args: limited, stdout: "null", stderr: "piped" }).spawn();
    this.#over = this.#listen();
  }

  async #listen(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) this.said += text;
  }

  /** Waits until it has said something; fails when it ends before, or says nothing of it for too long. */
  async says(wanted: RegExp): Promise<string> {
    let ended = false;
    this.#over.then(() => ended = true);
    for (let tries = 0; tries < 2000; tries++) {
      const [, found] = wanted.exec(this.said) ?? [];
      if (found !== undefined) return found;
      if (ended) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`It did not say ${wanted}, but: ${this.said}`);
  }

  /** Its address, once it serves. */
  origin(): Promise<string> {
    return this.says(/serving on (\S+)/);
  }

  /** Its status, once it has ended by itself. */
  async status(): Promise<number> {
    await this.#over;
    return (await this.#process.status).code;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await this.#over;
    await this.#process.status;
  }
}
