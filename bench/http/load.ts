/**
 * `deno task bench:http`: what the service costs under load, with real clients (raw sockets, curl, npm autocannon) against a
 * real process on the loopback interface. Linux only: memory is read from `/proc`. About a minute.
 *
 * | question | target |
 * | --- | --- |
 * | memory of a client that reads nothing, 500 at a time | <= 2 MiB each |
 * | memory of a 1 GiB upload, one row | <= 32 MiB above idle |
 * | answer above the cap on requests | 503 in <= 50 ms |
 * | memory after 10,000 requests that were given up | within 10 MiB of before |
 */
import { TextLineStream } from "../../src/http/body/_streams.ts";

const VOCABULARY = 65_536;
const CLIENTS = 500;
const ABORTS = 10_000;
/** Requests after which the heap of a fresh process has grown to its working size, whatever the requests are. */
const WARM = 6000;
const MIB = 2 ** 20;

/** A service in a process of its own. */
class Server {
  readonly #process: Deno.ChildProcess;
  readonly origin: string;

  constructor(process: Deno.ChildProcess, origin: string) {
    this.#process = process;
    this.origin = origin;
  }

  static async start(...flags: string[]): Promise<Server> {
    const room = new URL("../../src/http/", import.meta.url).pathname;
    const lock = ["--frozen", `--lock=${room}deno.lock`];
    const permissions = ["--allow-net", "--allow-read", "--allow-write"];
    const args = ["run", ...lock, ...permissions, `${room}main.ts`, "--port", "0", "--grace", "1", ...flags];
    const process = new Deno.Command(Deno.execPath(), { args, stderr: "piped", stdout: "null" }).spawn();
    const said = process.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    const origin = await originIn(said);
    // A full pipe would stop the service: what else it says is read, and wanted by nobody.
    said.pipeTo(new WritableStream());
    return new Server(process, origin);
  }

  get port(): number {
    return Number(new URL(this.origin).port);
  }

  /** Resident memory now (`VmRSS`) or at its highest (`VmHWM`), in bytes. */
  memory(field: "VmRSS" | "VmHWM" = "VmRSS"): number {
    const status = Deno.readTextFileSync(`/proc/${this.#process.pid}/status`);
    return 1024 * Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]);
  }

  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await this.#process.status;
  }
}

/** The address in the first line that has one; the lines after it are left. */
async function originIn(lines: ReadableStream<string>): Promise<string> {
  for await (const line of lines.values({ preventCancel: true })) {
    const origin = /http:\S+/.exec(line)?.[0];
    if (origin) return origin;
  }
  throw new Error("Cannot measure: the service did not start");
}

function tell(what: string, measured: string, target: string, met: boolean): void {
  console.log(`${met ? "PASS" : "MISS"}  ${what.padEnd(52)} ${measured.padStart(22)}   ${target}`);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Memory once it has come to rest. */
async function settled(server: Server): Promise<number> {
  let last = server.memory();
  for (let calm = 0; calm < 4;) {
    await sleep(250);
    const now = server.memory();
    calm = Math.abs(now - last) < MIB ? calm + 1 : 0;
    last = now;
  }
  return last;
}

/** Runs a small request, so that code and WASM are loaded before anything is measured. */
async function warm(server: Server): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await (await fetch(`${server.origin}/v1/reduce?vocabulary=1024`, { method: "POST", body: new Uint8Array(4096) }))
      .text();
    await (await fetch(`${server.origin}/v1/softmax?vocabulary=1024`, { method: "POST", body: new Uint8Array(4096) }))
      .bytes();
  }
}

async function slowClients(root: string): Promise<void> {
  const server = await Server.start("--root", root, "--limit", "requests=512", "--limit", "stallSeconds=600");
  await warm(server);
  const before = await settled(server);
  const path = `/v1/softmax?source=big.f32&vocabulary=${VOCABULARY}`;
  const request = new TextEncoder().encode(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`);
  const connections = await Promise.all(Array.from({ length: CLIENTS }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(request);
    return connection;
  }));
  const each = (await settled(server) - before) / CLIENTS / MIB;
  tell(`${CLIENTS} clients that read nothing, memory of each`, `${each.toFixed(2)} MiB`, "<= 2 MiB", each <= 2);
  for (const connection of connections) connection.close();
  await sleep(1000);
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  const active = Number(/sluice_requests_active (\d+)/.exec(text)![1]);
  tell("requests in work one second after they left", `${active}`, "0", active === 0);
  await server.stop();
}

async function longUpload(): Promise<void> {
  const server = await Server.start();
  await warm(server);
  const before = await settled(server);
  const begun = performance.now();
  const url = `${server.origin}/v1/reduce?vocabulary=${2 ** 28}`;
  const command = `head -c ${
    2 ** 30
  } /dev/zero | curl -s -S -T - -X POST -H 'content-type: application/octet-stream' '${url}'`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", command] }).output();
  const seconds = (performance.now() - begun) / 1000;
  const { lse, count } = JSON.parse(new TextDecoder().decode(stdout));
  if (count !== 2 ** 28 || Math.abs(lse - 28 * Math.LN2) > 1e-5) throw new Error("The answer is wrong");
  const above = (server.memory("VmHWM") - before) / MIB;
  tell("1 GiB in one row by curl, peak memory above idle", `${above.toFixed(1)} MiB`, "<= 32 MiB", above <= 32);
  console.log(`      its rate: ${(2 ** 30 / seconds / 1e9).toFixed(2)} GB/s`);
  await server.stop();
}

async function overload(): Promise<void> {
  const server = await Server.start("--limit", "requests=4");
  await warm(server);
  const head = new TextEncoder().encode(
    "POST /v1/reduce?vocabulary=1024 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4096\r\n\r\n",
  );
  const held = await Promise.all(Array.from({ length: 4 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(head);
    return connection;
  }));
  await sleep(200);
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    const begun = performance.now();
    const answer = await fetch(`${server.origin}/v1/reduce?vocabulary=1024`, {
      method: "POST",
      body: new Uint8Array(4096),
    });
    await answer.text();
    if (answer.status !== 503) throw new Error(`The answer above the cap is ${answer.status}`);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const p99 = times[Math.floor(0.99 * times.length)];
  tell("503 above the cap, 99th percentile", `${p99.toFixed(1)} ms`, "<= 50 ms", p99 <= 50);
  for (const connection of held) connection.close();
  await server.stop();
}

async function aborts(): Promise<void> {
  const server = await Server.start();
  await warm(server);
  const url = `${server.origin}/v1/reduce?vocabulary=1024`;
  async function giveUp(): Promise<void> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const head = `POST ${
      new URL(url).pathname
    }?vocabulary=1024 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1048576\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    await connection.write(new Uint8Array(8192));
    await connection.read(new Uint8Array(64));
    connection.close();
  }
  for (let i = 0; i < WARM; i++) await giveUp();
  const before = await settled(server);
  for (let i = 0; i < ABORTS; i++) await giveUp();
  const more = (await settled(server) - before) / MIB;
  tell(`memory after ${ABORTS} requests that were given up`, `${more.toFixed(1)} MiB`, "<= 10 MiB more", more <= 10);
  await server.stop();
}

/** Small requests, as many as there can be. */
async function small(body: string): Promise<void> {
  const server = await Server.start();
  await warm(server);
  const url = `${server.origin}/v1/reduce?vocabulary=1024`;
  const args = [
    "-y",
    "autocannon@9.0.0",
    "-j",
    "-d",
    "8",
    "-c",
    "16",
    "-m",
    "POST",
    "-i",
    body,
    "-H",
    "content-type=application/octet-stream",
    url,
  ];
  const { stdout, code, stderr } = await new Deno.Command("npx", { args }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const { requests, latency, non2xx, errors } = JSON.parse(new TextDecoder().decode(stdout));
  console.log(
    `      rows of 1,024 by autocannon, 16 clients: ${requests.average.toFixed(0)} requests/s, ` +
      `50 % within ${latency.p50} ms, 99 % within ${latency.p99} ms, ${non2xx + errors} failed`,
  );
  await server.stop();
}

if (Deno.build.os !== "linux") {
  console.log("Cannot measure memory here: /proc is Linux only");
  Deno.exit(0);
}
const folder = await Deno.makeTempDir();
try {
  await Deno.writeFile(`${folder}/big.f32`, new Uint8Array(64 * MIB));
  await Deno.writeFile(`${folder}/row.f32`, new Uint8Array(4096));
  await slowClients(folder);
  await longUpload();
  await overload();
  await aborts();
  await small(`${folder}/row.f32`);
} finally {
  await Deno.remove(folder, { recursive: true });
}
