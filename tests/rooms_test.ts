// Arrows point down only: kernels <- core <- reducers, operators, sources, sinks <- sampling <- engine <- http, cli. Rooms on one level never
// import each other; kernels import nothing of ours. The root module reaches no package at all: no framework, no @std, no Node.
import { assert, assertEquals } from "@std/assert";
import { importsOf, roomFiles, rooms, ROOT } from "./support/modules.ts";

/** The level of each room: an import must go to a lower one, or stay in its room. */
const LEVELS: Readonly<Record<string, number>> = {
  "kernels": 0,
  "src/core": 1,
  "src/reducers": 2,
  "src/operators": 2,
  "src/sources": 2,
  "src/sinks": 2,
  "src/sampling": 3,
  "src/engine": 4,
  "src/adapters": 5,
  "src/http": 5,
  "src/cli": 5,
};

function roomOf(path: string): string {
  return Object.keys(LEVELS).find((room) => path.startsWith(`${room}/`)) ?? path;
}

Deno.test("every room is on a level", () => {
  for (const room of rooms()) assert(room in LEVELS, `${room} is on no level`);
  assert(rooms().length >= 8);
});

Deno.test("every arrow points down, or stays in its room", () => {
  const wrong: string[] = [];
  for (const room of rooms()) {
    for (const file of roomFiles(room)) {
      for (const { path } of importsOf(file)) {
        if (path === undefined) continue;
        const to = roomOf(path);
        if (to !== room && !(LEVELS[to] < LEVELS[room])) wrong.push(`${file} -> ${path}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("another room is entered by its mod.ts", () => {
  const wrong: string[] = [];
  for (const room of rooms()) {
    for (const file of roomFiles(room)) {
      for (const { path } of importsOf(file)) {
        if (path !== undefined && roomOf(path) !== room && !path.endsWith("/mod.ts")) wrong.push(`${file} -> ${path}`);
      }
    }
  }
  assertEquals(wrong, []);
});

/** Everything that loading a module loads, with packages as they are written. */
function reached(start: string): { readonly files: Set<string>; readonly packages: string[] } {
  const files = new Set([start]);
  const packages: string[] = [];
  for (const file of files) {
    for (const { path, specifier } of importsOf(file)) {
      if (path === undefined) packages.push(`${file} -> ${specifier}`);
      else files.add(path);
    }
  }
  return { files, packages };
}

Deno.test("the root module reaches the rooms below, and no package", () => {
  const { files, packages } = reached("mod.ts");
  assertEquals(packages, []);
  const entered = new Set([...files].map(roomOf));
  assert(entered.has("kernels") && entered.has("src/engine"));
  for (const room of entered) assert(!(LEVELS[room] >= 5), `the root module reaches ${room}`);
});

Deno.test("every other library room is free of packages too", () => {
  for (const room of rooms().filter((room) => LEVELS[room] < 5)) {
    assertEquals(reached(`${room}/mod.ts`).packages, [], room);
  }
});

Deno.test("no module runs Deno's own functions when it is loaded", () => {
  const { files } = reached("mod.ts");
  for (const file of files) {
    const text = Deno.readTextFileSync(new URL(file, ROOT));
    for (const line of text.split("\n")) {
      assert(!/^(export )?(const|let|await)[^=(]*[=(]?\s*Deno\./.test(line), `${file}: ${line}`);
    }
  }
});
