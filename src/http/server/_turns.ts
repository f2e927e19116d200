import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests on a connection that may be without an answer. */
const MOST = 100;

/**
 * Requests that a client sends without waiting for the answers (pipelining) are answered one after the other: the answers
 * to a client that takes none would else all be held in memory.
 */
export class Turns {
  /** What begins each turn; the first one of a connection has begun. */
  readonly #lines = new WeakMap<Socket, (() => void)[]>();

  /** Waits until the answers before this one are out. A connection on which too many wait is closed. */
  async wait(socket: Socket, answer: ServerResponse): Promise<void> {
    const line = this.#lines.get(socket) ?? [];
    this.#lines.set(socket, line);
    answer.once("close", () => {
      line.shift();
      line[0]?.();
    });
    const turn = new Promise<void>((begin) => line.push(begin));
    if (line.length > MOST) socket.destroy();
    if (line.length > 1) await turn;
  }
}
