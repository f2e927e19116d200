/** The part of `cli-progress` that the command line uses. */
export interface BarOptions {
  readonly format: string;
  readonly clearOnComplete: boolean;
  readonly hideCursor: boolean;
  readonly barCompleteChar: string;
  readonly barIncompleteChar: string;
  readonly barsize: number;
}
export class SingleBar {
  constructor(options: BarOptions);
  start(total: number, value: number, payload: Record<string, string>): void;
  update(value: number, payload: Record<string, string>): void;
  stop(): void;
}
declare const library: { SingleBar: typeof SingleBar };
export default library;
