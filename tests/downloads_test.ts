// A light start: the demo, the command line and the service bring few packages, the tested ones, and no task brings any by itself.
// Megabytes are measured, from an empty cache, by `deno task bench:downloads`.
import { assert, assertEquals } from "@std/assert";
import { PROGRAMS } from "../.ci/downloads.ts";
import { ROOT } from "./support/modules.ts";

interface Config {
  readonly tasks: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, string>>;
  readonly lock?: unknown;
  readonly compilerOptions: unknown;
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

const parsed = <T>(path: string): T => JSON.parse(Deno.readTextFileSync(new URL(path, ROOT)));
const config: Config = parsed("deno.json");
const tested: Lock = parsed("tests/deno.lock");

for (const { task, main, lock, packages } of PROGRAMS) {
  const { npm }: Lock = parsed(lock);

  Deno.test(`deno task ${task} brings ${packages} packages at most`, () => {
    const names = Object.keys(npm);
    assert(names.length <= packages, `${lock} has ${names.length}: ${names.join(", ")}`);
    // What its lock file does not have, it must not bring.
    const command = String(config.tasks[task]);
    assert(new RegExp(`deno run --frozen --lock=(\\S*/)?${lock} `).test(command), command);
  });

  Deno.test(`deno task ${task}: its lock file is up to date`, async () => {
    const args = ["cache", "--frozen", `--lock=${lock}`, main];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, env: { NO_COLOR: "1" } })
      .output();
    assert(success, `run "deno task locks"\n${new TextDecoder().decode(stderr)}`);
  });

  Deno.test(`deno task ${task}: the packages are those that are tested`, () => {
    for (const [name, { integrity }] of Object.entries(npm)) {
      assertEquals(tested.npm[name]?.integrity, integrity, `${name} of ${lock}: run "deno task locks"`);
    }
  });
}

Deno.test("deno task brings nothing by itself: it would bring all imports of deno.json, and all of a lock file beside it", () => {
  assertEquals(config.imports, undefined, "imports belong in import_map.json");
  assertEquals(config.lock, false);
});

Deno.test("the configurations agree: compiler options, and what one name stands for", () => {
  const targets = new Map<string, string>();
  for (const path of ["import_map.json", "tests/deno.json", "examples/deno.json"]) {
    const { imports, compilerOptions = config.compilerOptions }: Partial<Config> = parsed(path);
    assertEquals(compilerOptions, config.compilerOptions, path);
    for (const [name, target] of Object.entries(imports!)) {
      const url = new URL(target, new URL(path, ROOT)).href;
      assertEquals(url, targets.get(name) ?? url, `${name} in ${path}`);
      targets.set(name, url);
    }
  }
});
