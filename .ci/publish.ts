/**
 * Publishes the package to JSR: `deno run -A .ci/publish.ts`, with `--dry-run` as `deno publish` has it.
 *
 * A checkout takes `@std` from npm (`deno-std`, the same code republished), so that it works with the npm registry alone. JSR
 * has the originals: this is the one place that says which. What is published is what `deno publish` would take, copied to a
 * folder of its own with that one change.
 *
 * @module
 */
import { copyPublishSet } from "./publish_set.ts";

/** The originals of what `deno.json` maps to `npm:deno-std`. */
const ORIGINALS: Readonly<Record<string, string>> = {
  "@std/cli/parse-args": "jsr:@std/cli@^1.0.0/parse-args",
  "@std/streams/limited-bytes-transform-stream": "jsr:@std/streams@^1.0.0/limited-bytes-transform-stream",
  "@std/streams/text-line-stream": "jsr:@std/streams@^1.0.0/text-line-stream",
};

/** What `deno.json` holds, as far as it matters here. */
export interface Config {
  readonly imports: Readonly<Record<string, string>>;
}

/** The same configuration with the originals, and without what only tests and examples import. */
export function forJsr<C extends Config>(config: C): C {
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries(config.imports)) {
    if (target.startsWith("npm:deno-std@")) {
      if (!ORIGINALS[name]) throw new Error(`Cannot publish: ${name} is from npm:deno-std and has no original here`);
      imports[name] = ORIGINALS[name];
    } else if (!target.startsWith("./")) {
      imports[name] = target;
    }
  }
  return { ...config, imports };
}

async function main(): Promise<number> {
  const path = await Deno.makeTempDir({ prefix: "sluice-publish-" });
  const folder = new URL(`file://${path}/`);
  try {
    await copyPublishSet(folder);
    const config = new URL("deno.json", folder);
    await Deno.writeTextFile(config, JSON.stringify(forJsr(JSON.parse(await Deno.readTextFile(config))), null, 2));
    const args = ["publish", "--allow-dirty", ...Deno.args];
    return (await new Deno.Command(Deno.execPath(), { args, cwd: folder }).spawn().status).code;
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
