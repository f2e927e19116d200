import type { Kernels } from "../../kernels/mod.ts";
import type { Chunk, Logits } from "../core/mod.ts";
import { type AlignedInput, AlignedRuns } from "./_aligned_runs.ts";
import { Flow } from "./_flow.ts";
import type { FlowOptions } from "./flow_options.ts";

/** The flows of several streams under one end: each with its own source, operators, dtype and replay. */
export class AlignedFlow {
  readonly kernels: Kernels;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly runs: AlignedRuns;
  readonly #names: readonly string[];
  readonly #flows: readonly Flow[];

  /** Checks everything that can be checked before a read. `twice`: rows may be read a second time. */
  constructor(
    streams: Readonly<Record<string, Logits>>,
    options: FlowOptions & { readonly columns?: readonly [number, number] | undefined },
    twice: boolean,
  ) {
    this.#names = Object.keys(streams);
    this.#flows = Object.values(streams).map((logits) => new Flow(logits, options, twice));
    const [first] = this.#flows;
    this.kernels = first.kernels;
    this.rows = first.rows;
    this.columns = first.columns;
    this.runs = new AlignedRuns(
      this.kernels,
      this.#inputs((flow) => flow.next(), (flow, chunk) => flow.replay?.keep(chunk)),
      this.columns,
    );
  }

  #inputs(
    next: (flow: Flow, i: number) => Promise<Chunk | undefined>,
    done: (flow: Flow, chunk: Chunk) => Promise<void> | undefined,
  ): AlignedInput[] {
    return this.#flows.map((flow, i) => ({
      name: this.#names[i],
      staging: flow.staging,
      next: () => next(flow, i),
      done: (chunk) => done(flow, chunk),
    }));
  }

  /** The second read of a row, the last part of which lies in the chunks in hand: runs to be filled and passed, to their end or to a failure. */
  again(row: number): AlignedRuns {
    const { chunks } = this.runs;
    const replays = this.#flows.map(({ replay }, i) => replay!.chunks(row, chunks[i]));
    const inputs = this.#inputs(async (_, i) => (await replays[i].next()).value ?? undefined, () => undefined);
    return new AlignedRuns(this.kernels, inputs, this.columns);
  }

  /** Gives everything back, of every stream, whatever the others do. */
  async close(reason?: unknown): Promise<void> {
    const closed = await Promise.allSettled(this.#flows.map((flow) => flow.close(reason)));
    const failed = closed.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }
}
