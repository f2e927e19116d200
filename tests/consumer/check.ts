/**
 * The consumer test: the publish set, copied to an empty folder, serves a program that has no permission, no network and
 * no npm; and the graph of the root module stays inside the package.
 *
 * @module
 */
import { copyPublishSet } from "../../.ci/publish_set.ts";

interface Graph {
  readonly modules: readonly { readonly specifier: string; readonly error?: string }[];
}

const path = await Deno.makeTempDir({ prefix: "sluice-consumer-" });
const folder = new URL(`file://${path}/`);
try {
  const paths = await copyPublishSet(new URL("package/", folder));
  checkPaths(paths);
  await Deno.copyFile(new URL("program.ts", import.meta.url), new URL("program.ts", folder));
  await Deno.writeTextFile(new URL("deno.json", folder), JSON.stringify({ imports: await specifiers() }));
  const printed = await deno("run", "--no-prompt", "--no-remote", "--no-npm", "--no-lock", "--check", "program.ts");
  const graph: Graph = JSON.parse(await deno("info", "--json", "--no-lock", "package/mod.ts"));
  checkGraph(graph);
  console.log(
    `${printed.trim()}: ${paths.length} files published, ${graph.modules.length} reached from the root module`,
  );
} finally {
  await Deno.remove(path, { recursive: true });
}

/** The package's exports as a consumer names them. */
async function specifiers(): Promise<Record<string, string>> {
  const { name, exports } = JSON.parse(await Deno.readTextFile(new URL("package/deno.json", folder)));
  return Object.fromEntries(
    Object.entries<string>(exports).map(([key, file]) => [name + key.slice(1), `./package/${file.slice(2)}`]),
  );
}

/** Runs Deno in the consumer's folder; gives what it prints. */
async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** What the kernels are built and tested with is not published: asm sources, their compiler, the tables, the paper's kernels. */
function checkPaths(paths: readonly string[]): void {
  const building = /^kernels\/((.+\/)?asm(\/|\.ts$)|two_pass\/|(build|patch_of|row|table)\.ts$)/;
  const wrong = paths.filter((path) => building.test(path));
  if (wrong.length > 0) throw new Error(`Published, and of no use to anybody: ${wrong.join(", ")}`);
  for (
    const wanted of ["kernels/mod.ts", "kernels/gen/fma.ts", "kernels/divide/reference.ts", "kernels/sweep/wasm.ts"]
  ) {
    if (!paths.includes(wanted)) throw new Error(`Not published: ${wanted}`);
  }
}

/** The root module must reach nothing but files of the library: no npm, no Node, no service, no command line. */
function checkGraph({ modules }: Graph): void {
  const inside = new URL("package/", folder).href;
  for (const { specifier, error } of modules) {
    if (error) throw new Error(`Cannot reach ${specifier}: ${error}`);
    const own = specifier.startsWith(inside) && !/\/src\/(cli|http)\//.test(specifier);
    if (!own) throw new Error(`The root module reaches ${specifier}`);
  }
}
