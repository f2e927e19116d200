/**
 * `deno task serve`: the service, until it is told to stop.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { ParameterError } from "../core/mod.ts";
import { installLastResort } from "./server/_last_resort.ts";
import { start } from "./server/_start.ts";
import { type Limits, limitsOf } from "./limits.ts";
import type { ServeOptions } from "./serve_options.ts";

const HELP = `Usage: serve [flags]

Serves logits over HTTP: POST /v1/reduce, /v1/softmax, /v1/sample,
/v1/compare, /v1/states, /v1/merge;
GET / for a page, /openapi.json, /metrics, /healthz.

  --hostname ADDRESS            127.0.0.1 if absent: nobody but this machine
  --port PORT                   8787 if absent
  --root FOLDER                 let source= name files under FOLDER
  --allow-origin ORIGIN         let source= name URLs of ORIGIN; may be repeated
  --allow-private-origin ORIGIN the same, though its address is not public
  --allow-host NAME             answer for the host NAME, too; may be repeated.
                                Addresses and localhost need no such flag
  --cors ORIGIN                 let pages of ORIGIN ask, and read the answers;
                                may be repeated
  --token-file FILE             wanted as a bearer token under /v1 and /metrics
  --limit NAME=VALUE            what a request may cost; may be repeated:
                                requests, bytes, rows, jsonRows, jsonBytes,
                                vocabulary, topK, draws,
                                partBytes, rowCache, spillBytes, stallSeconds,
                                requestSeconds; and of all together: connections
                                (512), headerSeconds (10), idleSeconds (10)
  --grace SECONDS               for requests in work when told to stop; 30 if
                                absent. Told twice, it stops at once
  --log                         one JSON line a request on standard error
  --sample FILE.npy             a sample for the page
  --sample-labels FILE.json     a text for each id of the sample
  --help
`;

const FLAGS = {
  hostname: { type: "string" },
  port: { type: "string" },
  root: { type: "string" },
  "allow-origin": { type: "string", multiple: true },
  "allow-private-origin": { type: "string", multiple: true },
  "allow-host": { type: "string", multiple: true },
  cors: { type: "string", multiple: true },
  "token-file": { type: "string" },
  limit: { type: "string", multiple: true },
  grace: { type: "string" },
  log: { type: "boolean" },
  sample: { type: "string" },
  "sample-labels": { type: "string" },
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof valuesOf>;

function valuesOf(args: string[]) {
  return parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false }).values;
}

function numberOf(name: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new ParameterError(`Cannot use --${name} ${text}: wanted a number`);
  return Number(text);
}

function limitsIn(limits: readonly string[] = []): Partial<Limits> {
  return Object.fromEntries(limits.map((limit) => {
    const [, name, value] = /^(\w+)=(.+)$/.exec(limit) ?? [];
    if (!name) throw new ParameterError(`Cannot use --limit ${limit}: wanted NAME=VALUE`);
    return [name, numberOf(`limit ${name}`, value)];
  }));
}

async function optionsOf(values: Values): Promise<ServeOptions> {
  const token = values["token-file"] === undefined ? undefined : (await Deno.readTextFile(values["token-file"])).trim();
  const { hostname, port, root, grace, sample } = values;
  const labels = values["sample-labels"];
  return {
    limits: limitsIn(values.limit),
    onError: (error) => console.error(error),
    ...(hostname !== undefined ? { hostname } : {}),
    ...(port !== undefined ? { port: numberOf("port", port) } : {}),
    ...(root !== undefined ? { root } : {}),
    ...(grace !== undefined ? { graceSeconds: numberOf("grace", grace) } : {}),
    ...(token !== undefined ? { token } : {}),
    ...(values["allow-origin"] ? { allowOrigins: values["allow-origin"] } : {}),
    ...(values["allow-private-origin"] ? { allowPrivateOrigins: values["allow-private-origin"] } : {}),
    ...(values["allow-host"] ? { allowHosts: values["allow-host"] } : {}),
    ...(values.cors ? { cors: values.cors } : {}),
    ...(values.log ? { log: (entry) => console.error(JSON.stringify(entry)) } : {}),
    ...(sample !== undefined ? { sample: { logits: sample, ...(labels !== undefined ? { labels } : {}) } } : {}),
  };
}

/** Tells which limits could not be kept. */
function tellLowered(wanted: Limits, { connections, requests }: Limits): void {
  if (connections === wanted.connections && requests === wanted.requests) return;
  console.error(
    `sluice: at most ${connections} connections and ${requests} requests at a time, not ${wanted.connections} and ` +
      `${wanted.requests}: there are no file handles for more (ulimit -n)`,
  );
}

async function main(args: string[]): Promise<number | undefined> {
  try {
    const values = valuesOf(args);
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const options = await optionsOf(values);
    const { serving, service } = await start(options);
    installLastResort(service, (text, error) => console.error(`sluice: ${text}`, error));
    tellLowered(limitsOf(options.limits), serving.limits);
    console.error(`sluice: serving on ${serving.origin}`);
    let stopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, async () => {
        // Who tells it twice does not want to wait.
        if (stopping) Deno.exit(1);
        stopping = true;
        await serving.stop();
        Deno.exit(0);
      });
    }
    return undefined;
  } catch (error) {
    console.error(`sluice: ${(error as Error).message}; see --help`);
    return 2;
  }
}

if (import.meta.main) {
  const status = await main(Deno.args);
  if (status !== undefined) Deno.exit(status);
}
