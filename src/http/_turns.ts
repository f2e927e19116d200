import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Requests that may wait on a connection. */
const MOST = 100;

/** The last request of a connection, and how many wait there. */
interface Line {
  last: ServerResponse;
  waiting: number;
}

/**
 * Requests that a client sends without waiting for the answers (pipelining) are answered one after the other: the answers
 * to a client that takes none would else all be held in memory.
 */
export class Turns {
  readonly #lines = new WeakMap<Socket, Line>();

  /** Waits until the answers before this one are out. A connection on which too many wait is closed. */
  async wait(socket: Socket, answer: ServerResponse): Promise<void> {
    const line = this.#lines.get(socket) ?? { last: answer, waiting: 0 };
    this.#lines.set(socket, line);
    const before = line.last;
    line.last = answer;
    if (before === answer || before.closed) return;
    if (++line.waiting > MOST) socket.destroy();
    await new Promise<void>((resolve) => {
      before.once("close", resolve);
      answer.once("close", resolve);
    });
    line.waiting--;
  }
}
