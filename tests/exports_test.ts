// What is public and how it is named: every public file of a room is exported by its mod.ts and holds one public symbol whose name
// the file has; deno.json exports every room, and nothing that is not there; the root module gives all library rooms.
import { assert, assertEquals } from "@std/assert";
import { importsOf, roomFiles, rooms, ROOT } from "./support/modules.ts";

const ROOMS = [
  "reducers",
  "maps",
  "operators",
  "sources",
  "sinks",
  "row",
  "flow",
  "records",
  "preference",
  "folds",
  "core",
];
const { exports, publish } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));

/** Files of a room that others may import, folders left out. */
function publicFiles(room: string): string[] {
  return [...roomFiles(`src/${room}`)].filter((file) => {
    const name = file.slice(`src/${room}/`.length);
    return !name.includes("/") && !name.startsWith("_") && !["mod.ts", "main.ts", "inside.ts"].includes(name);
  });
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

for (const room of [...ROOMS, "cli"]) {
  Deno.test(`${room}: every public file is exported by mod.ts`, () => {
    const exported = new Set(importsOf(`src/${room}/mod.ts`).map(({ path }) => path));
    assertEquals(publicFiles(room).filter((file) => !exported.has(file)), []);
  });
}

/** Laws and tables that belong together. */
const FAMILIES = [
  "src/core/errors.ts",
  "src/core/check.ts",
  "src/row/heap.ts",
  "src/core/dtype.ts",
  "src/row/exact_sum.ts",
  "src/row/slot_fault.ts",
  // What to ask for a record, and the record of the answer.
  "src/records/row_record.ts",
];

for (const room of ROOMS) {
  Deno.test(`${room}: a file holds one public symbol and has its name`, async () => {
    const mod = await import(new URL(`src/${room}/mod.ts`, ROOT).href);
    for (const file of publicFiles(room)) {
      if (FAMILIES.includes(file)) continue;
      const name = file.slice(file.lastIndexOf("/") + 1, -3);
      const values = Object.keys(await import(new URL(file, ROOT).href)).filter((value) => value in mod);
      const text = Deno.readTextFileSync(new URL(file, ROOT));
      const types = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, type]) => type);
      // Core also shares what the rooms above build with, beside what a file is named after.
      assert(room === "core" || values.length <= 1, `${file} holds ${values}`);
      const named = values.length > 0 ? values : types;
      // A question may leave its verb out: `isDetached` is in detached.ts.
      const found = named.some((value) => [name, `is_${name}`].includes(snakeCase(value)));
      assert(found, `${file} holds ${named}, none of that name`);
    }
  });
}

Deno.test("deno.json: every room of src is a subpath, every subpath is there, and is published", () => {
  assertEquals(exports["."], "./mod.ts");
  assertEquals(exports["./kernels"], "./kernels/mod.ts");
  for (const path of Object.values(exports) as string[]) {
    assert(Deno.statSync(new URL(path, ROOT)).isFile, path);
    assert(path === "./mod.ts" || /^\.\/((kernels|src\/\w+)\/mod|src\/adapters\/\w+)\.ts$/.test(path), path);
  }
  for (const room of rooms().slice(1).filter((room) => room !== "src/formats")) {
    assertEquals(exports[room.replace("src", ".")], `./${room}/mod.ts`);
  }
  for (const part of ["mod.ts", "kernels/**/*.ts", "src/**/*.ts"]) assert(publish.include.includes(part), part);
});

/** Raised by the service alone: no caller of the library meets it. */
const SERVICE_ONLY = ["ServiceError"];

Deno.test("the root module gives every symbol of the library rooms, and every error that they raise", async () => {
  const root = await import(new URL("mod.ts", ROOT).href);
  for (const room of ROOMS.filter((room) => !["records", "preference", "folds"].includes(room))) {
    const mod = await import(new URL(`src/${room}/mod.ts`, ROOT).href);
    // Of core it gives the errors, of row what is done with rows: what one builds reducers of stays there.
    const wanted = Object.keys(mod).filter((name) =>
      room === "core"
        ? name.endsWith("Error") && !SERVICE_ONLY.includes(name)
        : room !== "row" || /Row|State/.test(name)
    );
    for (const name of wanted) assert(root[name] === mod[name], `${room}: ${name}`);
  }
});
