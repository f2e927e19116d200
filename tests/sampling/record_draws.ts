/** Writes `tests/fixtures/draws/tokens.json`: `deno run --allow-read --allow-write tests/sampling/record_draws.ts`. */
import { drawGroups } from "./_draw_groups.ts";

const lines = (await Array.fromAsync(drawGroups())).map(([name, ids]) =>
  `${JSON.stringify(name)}: ${JSON.stringify(ids.map((id) => id ?? -1))}`
);
await Deno.writeTextFile("tests/fixtures/draws/tokens.json", `{\n${lines.join(",\n")}\n}\n`);
