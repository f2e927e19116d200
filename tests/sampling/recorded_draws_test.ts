/**
 * Promise: a seed draws the tokens that it always drew. Ten thousand of them were recorded, of every stage and of many chains, on real rows
 * and on hard ones, before the draws were made anew; see `_draw_groups.ts`.
 */
import { assert, assertEquals } from "@std/assert";
import recorded from "../fixtures/draws/tokens.json" with { type: "json" };
import { drawGroups } from "./_draw_groups.ts";

Deno.test("the tokens of a seed are those that were recorded", async () => {
  const wanted: Readonly<Record<string, readonly number[]>> = recorded;
  let draws = 0, groups = 0;
  const wrong: string[] = [];
  for await (const [name, ids] of drawGroups()) {
    const found = ids.map((id) => id ?? -1);
    draws += found.length;
    groups++;
    if (`${found}` !== `${wanted[name]}`) wrong.push(`${name}: ${found}, not ${wanted[name]}`);
  }
  assertEquals(wrong, []);
  assertEquals(groups, Object.keys(wanted).length);
  assert(draws >= 10_000, `${draws}`);
});
