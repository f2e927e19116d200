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

/** The originals of what `import_map.json` maps to `npm:deno-std`. */
const ORIGINALS: Readonly<Record<string, string>> = {
  "@std/cli/parse-args": "jsr:@std/cli@^1.0.0/parse-args",
  "@std/streams/limited-bytes-transform-stream": "jsr:@std/streams@^1.0.0/limited-bytes-transform-stream",
  "@std/streams/text-line-stream": "jsr:@std/streams@^1.0.0/text-line-stream",
  "@std/text/closest-string": "jsr:@std/text@^1.0.0/closest-string",
  "@std/text/levenshtein-distance": "jsr:@std/text@^1.0.0/levenshtein-distance",
};

/** What `import_map.json` holds. */
export interface ImportMap {
  readonly imports: Readonly<Record<string, string>>;
}

/** The same import map with the originals. */
export function forJsr({ imports }: ImportMap): ImportMap {
  return {
    imports: Object.fromEntries(
      Object.entries(imports).map(([name, target]) => {
        if (!target.startsWith("npm:deno-std@")) return [name, target];
        if (!ORIGINALS[name]) throw new Error(`Cannot publish: ${name} is from npm:deno-std and has no original here`);
        return [name, ORIGINALS[name]];
      }),
    ),
  };
}

async function main(): Promise<number> {
  const path = await Deno.makeTempDir({ prefix: "sluice-publish-" });
  const folder = new URL(`file://${path}/`);
  try {
    await copyPublishSet(folder);
    const map = new URL("import_map.json", folder);
    await Deno.writeTextFile(map, JSON.stringify(forJsr(JSON.parse(await Deno.readTextFile(map))), null, 2));
    const args = ["publish", "--allow-dirty", ...Deno.args];
    return (await new Deno.Command(Deno.execPath(), { args, cwd: folder }).spawn().status).code;
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await main());
