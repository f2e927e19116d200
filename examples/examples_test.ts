// Every example runs to its end: each checks its own result.
import { assert } from "@std/assert";

const folder = new URL(".", import.meta.url);
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
  .sort();

for (const name of names) {
  Deno.test(`examples/${name}`, async () => {
    const { log } = console;
    const lines: unknown[][] = [];
    console.log = (...line) => lines.push(line);
    try {
      await import(new URL(name, folder).href);
    } finally {
      console.log = log;
    }
    assert(lines.length > 0, "an example shows something");
  });
}
