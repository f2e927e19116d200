/**
 * Plain data from which a piece of a flow can be rebuilt: by a second read, a worker, or another machine.
 * Two pieces with equal specs compute the same thing.
 */
export interface Spec {
  /** The factory's name, e.g. `"temperature"`. */
  readonly name: string;
  /** Its parameters: JSON data. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What it is built on. */
  readonly inputs: readonly Spec[];
  /** `false` where it stands for what only this process has, and cannot be made again elsewhere. */
  readonly portable?: false;
}
