/** A reducer of the catalogue that needs no option is offered everywhere, and says the same everywhere. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ParameterError, reduceRow } from "../../mod.ts";
import { BY_NAME } from "../../src/records/inside.ts";
import { recordReducers, rowRecord } from "../../src/records/mod.ts";
import { ndjsonLine } from "../../src/sinks/mod.ts";
import { inFolder, logits, npy, sluice } from "../cli/_shell.ts";
import { lines, served } from "../http/_served.ts";

const ROW = logits(1500);
ROW[7] = -Infinity;
const NPY = npy(ROW, [1, ROW.length]);

/** The record of the row, as text reads back. */
function expected(reducers: readonly string[]): Record<string, unknown> {
  return JSON.parse(ndjsonLine(rowRecord(reduceRow(ROW, recordReducers({ reducers })), { reducers })));
}

Deno.test("there are such reducers, and a record has a field of the name of each", () => {
  const names = BY_NAME.map(({ name }) => name);
  assert(names.includes("margin") && names.includes("moments"), String(names));
  for (const name of names) assert(expected([name])[name] !== undefined, name);
  assertEquals(Object.keys(expected(names)).slice(-names.length), names);
});

Deno.test("a name that needs options, or is none, is refused", () => {
  for (const name of ["target", "topK", "?", ""]) {
    assertThrows(() => recordReducers({ reducers: [name] }), ParameterError, "wanted varentropy, ");
  }
});

for (const { name, help } of BY_NAME) {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  Deno.test(`${name} on the command line: a flag, its help, its field, its words in the table`, () =>
    inFolder(async (path) => {
      await Deno.writeFile(path("row.npy"), NPY);
      const { out } = await sluice(["reduce", path("row.npy"), flag]);
      assertEquals(JSON.parse(out), expected([name]));
      const table = await sluice(["reduce", path("row.npy"), flag, "--format", "table"]);
      assert(table.out.includes(`${name} `), table.out);
      const { out: words } = await sluice(["reduce", "--help"]);
      assert(words.replaceAll(/\s+/g, " ").includes(`${flag} add ${help}`), words);
    }));

  Deno.test(`${name} of the service: a parameter, its documentation, its field, from shards too`, () =>
    served({}, async ({ post, origin }) => {
      const headers = { "content-type": "application/x-npy" };
      assertEquals(await lines(await post(`/v1/reduce?${name}=true`, NPY, { headers })), [expected([name])]);
      const { paths, components } = await (await fetch(`${origin}/openapi.json`)).json();
      for (const route of ["/v1/reduce", "/v1/states", "/v1/merge"]) {
        const parameters = paths[route].post.parameters as { readonly name: string }[];
        assert(parameters.some((parameter) => parameter.name === name), route);
      }
      assert(name in components.schemas.Row.properties);

      const parts = [[0, 611], [611, 1500]].map(async ([start, end]) => {
        const path = `/v1/states?vocabulary=${ROW.length}&start=${start}&end=${end}&${name}=true`;
        const part = new Uint8Array(ROW.buffer, 4 * start, 4 * (end - start));
        return await (await post(path, part, { headers: { "content-type": "application/octet-stream" } })).text();
      });
      const merged = await post(`/v1/merge?${name}=true`, (await Promise.all(parts)).join(""), {
        headers: { "content-type": "application/x-ndjson" },
      });
      assertEquals(await lines(merged), [expected([name])]);
    }));
}
