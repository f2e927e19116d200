/** A connection by hand: for what `fetch` is too polite to send, and to see what it would hide. */
export class Raw implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #decoder = new TextDecoder("latin1");
  readonly #buffer = new Uint8Array(1 << 16);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(port: number): Promise<Raw> {
    return new Raw(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends text, whose line ends become those of HTTP. */
  async send(text: string): Promise<void> {
    await this.sendBytes(new TextEncoder().encode(text.replaceAll("\n", "\r\n")));
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#connection.write(bytes.subarray(done));
  }

  /** What comes next; nothing once the other side has closed. */
  async read(): Promise<string | undefined> {
    const count = await this.#connection.read(this.#buffer).catch((error) => {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    });
    return count === null ? undefined : this.#decoder.decode(this.#buffer.subarray(0, count));
  }

  /** All until there is what is wanted, or until the other side closes. */
  async readUntil(wanted: string): Promise<string> {
    let text = "";
    for (let more: string | undefined = ""; more !== undefined && !text.includes(wanted); text += more ?? "") {
      more = await this.read();
    }
    return text;
  }

  /** All until the other side closes. */
  async readToEnd(): Promise<string> {
    let text = "";
    for (let more: string | undefined = ""; more !== undefined; text += more ?? "") more = await this.read();
    return text;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}
