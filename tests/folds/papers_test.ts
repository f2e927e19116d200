// The page of papers says what there is: every name of a function in it is one that the package gives.
import { assert, assertEquals } from "@std/assert";
import * as folds from "../../src/folds/mod.ts";
import * as preference from "../../src/preference/mod.ts";
import * as root from "../../mod.ts";
import { ROOT } from "../support/modules.ts";

Deno.test("docs/papers.md: a line a paper, and every name is exported", () => {
  const lines = Deno.readTextFileSync(new URL("docs/papers.md", ROOT)).split("\n").filter((line) =>
    /^\| \d/.test(line)
  );
  assertEquals(lines.map((line) => Number(line.split("|")[1])), Array.from({ length: 57 }, (_, i) => i + 1));
  const given = { ...root, ...folds, ...preference };
  for (const line of lines) {
    for (const [, name] of line.matchAll(/`(\w+)[^`]*`/g)) assert(Object.hasOwn(given, name), `${name} in ${line}`);
  }
});
