import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ServiceError } from "../../core/mod.ts";
import { CLOSING } from "./_handle_limits.ts";
import { answerToNoRequest } from "./_no_request.ts";
import { bodiless, hasBody, requestOf } from "./_node_request.ts";
import { sendResponse } from "./_node_response.ts";
import { problemOf, problemResponse } from "../_problem.ts";
import { LINGER } from "../body/_request_body.ts";
import { Timer } from "../_timer.ts";
import { Turns } from "./_turns.ts";
import { isDoneWithin } from "./_is_done_within.ts";
import type { Limits } from "../limits.ts";

/** What is listened to, and who answers. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly limits: Limits;
  readonly answer: (request: Request) => Response | Promise<Response>;
  /** Takes errors that concern no request. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds until a port that is taken is tried again. */
const RETRY = 100;

/**
 * `node:http` between sockets and the app: that server has deadlines for headers and idle connections, `Deno.serve` has none.
 *
 * Connections beyond the cap are closed at once. Where they come faster than they can be closed, the port itself is closed
 * until they are gone: each of them holds a file handle meanwhile.
 */
export class Listener {
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #turns = new Turns();
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  #address: { readonly host: string; readonly port: number };
  #state: "closed" | "opening" | "open" = "closed";
  #closing = false;
  #onEmpty = () => {};

  private constructor(options: ListenOptions) {
    const { headerSeconds, idleSeconds } = options.limits;
    this.#options = options;
    this.#address = { host: options.hostname, port: options.port };
    this.#server = createServer({
      headersTimeout: 1000 * headerSeconds,
      keepAliveTimeout: 1000 * idleSeconds,
      connectionsCheckingInterval: Math.min(1000, 500 * headerSeconds),
      // Bodies may take long as long as something moves: the exchanges look to that.
      requestTimeout: 0,
    });
    const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => this.#serve(incoming, outgoing);
    this.#server.on("request", serve).on("checkContinue", serve);
    this.#server.on("connection", (socket: Socket) => this.#take(socket));
    // One while the port is opened has its own listener.
    this.#server.on("error", (error) => this.#state === "open" && options.onError(error));
    this.#server.on("clientError", (error, socket) => {
      // Into an answer that is on its way no other one may be written.
      if (!socket.writable || this.#answers.get(socket)?.headersSent) socket.destroy();
      else socket.end(answerToNoRequest(error), () => socket.destroy());
    });
  }

  /** Listens; rejects where that cannot be. */
  static async listen(options: ListenOptions): Promise<Listener> {
    const listener = new Listener(options);
    try {
      await listener.#listen();
    } catch (cause) {
      const { message } = cause as Error;
      throw new ServiceError(`Cannot listen on ${options.hostname}:${options.port}: ${message}`, "E_LISTEN", { cause });
    }
    return listener;
  }

  /** The port, also where any free one was asked for. */
  get port(): number {
    return this.#address.port;
  }

  async #listen(): Promise<void> {
    const server = this.#server;
    this.#state = "opening";
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(this.#address, () => {
          server.off("error", reject);
          resolve();
        });
      });
    } catch (error) {
      this.#state = "closed";
      throw error;
    }
    this.#state = "open";
    const { address, port } = server.address() as AddressInfo;
    this.#address = { host: address, port };
  }

  /** Takes a connection in, or turns it away. */
  #take(socket: Socket): void {
    const { connections } = this.#options.limits;
    this.#sockets.add(socket);
    socket.once("close", () => this.#leave(socket));
    if (this.#sockets.size <= connections) return;
    socket.destroy();
    if (this.#sockets.size < connections + CLOSING || this.#state !== "open") return;
    this.#state = "closed";
    // That of `node:http` would end idle connections and stop the clock of the deadlines, too.
    NetServer.prototype.close.call(this.#server);
  }

  #leave(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size === 0) this.#onEmpty();
    if (this.#state === "closed" && this.#sockets.size <= this.#options.limits.connections) this.#reopen();
  }

  #reopen(): void {
    if (this.#closing) return;
    this.#listen().catch((error) => {
      this.#options.onError(error);
      setTimeout(() => this.#reopen(), RETRY);
    });
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { socket } = incoming;
    // An error without a listener would end the process. What it means is read off the streams.
    for (const stream of [incoming, outgoing]) stream.on("error", () => {});
    // Nobody reads such a body: it must not stand in the way of the next request.
    if (bodiless(incoming.method) && hasBody(incoming)) outgoing.setHeader("connection", "close");
    outgoing.once("finish", () => this.#leaveRest(incoming));
    await this.#turns.wait(socket, outgoing);
    if (socket.destroyed || outgoing.destroyed) return;
    this.#answers.set(socket, outgoing);
    outgoing.once("close", () => this.#answers.delete(socket));
    await this.#answer(incoming, outgoing);
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { limits, answer, onError } = this.#options;
    const left = new AbortController();
    outgoing.once("close", () => outgoing.writableFinished || left.abort());
    try {
      const request = requestOf(incoming, outgoing, left.signal);
      await sendResponse(outgoing, request ? await answer(request) : noRequest(), limits.stallSeconds);
    } catch (error) {
      onError(error);
      outgoing.destroy();
    }
  }

  /**
   * What is left of a body when its answer is out stands before the next request. A little is read on; a client that still
   * sends, or stops in the middle, loses its connection.
   */
  #leaveRest(incoming: IncomingMessage): void {
    if (incoming.readableEnded) return;
    const late = new Timer(this.#options.limits.idleSeconds, () => incoming.socket.destroy());
    late.start();
    incoming.once("end", () => late.stop()).once("close", () => late.stop());
    readOn(incoming).catch(() => {});
  }

  /** Stops listening, and ends what connections there are after `seconds`. */
  async close(seconds: number): Promise<void> {
    this.#closing = true;
    // An error says that the port is closed already.
    this.#server.close(() => {});
    this.#server.closeIdleConnections();
    // One that has sent nothing yet is not idle to `node:http`.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    if (this.#sockets.size === 0) return;
    const empty = new Promise<void>((resolve) => this.#onEmpty = resolve);
    if (await isDoneWithin(empty, seconds)) return;
    for (const socket of this.#sockets) socket.destroy();
    await empty;
  }
}

/** The answer to what is no `Request`, as one with the method TRACE. */
function noRequest(): Response {
  return problemResponse(problemOf(new ServiceError("Cannot answer: there is no such method", "E_METHOD")));
}

async function readOn(incoming: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
    bytes += piece.length;
    if (bytes > LINGER) return;
  }
}
