// Arrows point down only: kernels <- core <- formats <- row <- reducers, preference, maps, operators, sources, sinks
// <- sampling <- flow <- catalogue <- records <- http, cli.
// Rooms on one level never import each other, and files never in a circle; kernels import nothing of ours. The root module reaches no package at all: no framework, no @std, no Node.
import { assert, assertEquals } from "@std/assert";
import { importsOf, roomFiles, rooms, ROOT } from "./support/modules.ts";

/** The level of each room: an import must go to a lower one, or stay in its room. */
const LEVELS: Readonly<Record<string, number>> = {
  "kernels": 0,
  "src/core": 1,
  "src/formats": 2,
  "src/row": 3,
  "src/reducers": 4,
  "src/preference": 4,
  "src/maps": 4,
  "src/operators": 4,
  "src/sources": 4,
  "src/sinks": 4,
  "src/sampling": 5,
  "src/folds": 5,
  "src/flow": 6,
  "src/catalogue": 7,
  "src/records": 8,
  "src/adapters": 9,
  "src/http": 9,
  "src/cli": 9,
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

/** The doors of a room: `mod.ts` for everybody, `inside.ts` for the rooms above. */
const DOORS = ["/mod.ts", "/inside.ts"];

Deno.test("another room is entered by its mod.ts or its inside.ts", () => {
  const wrong: string[] = [];
  for (const room of rooms()) {
    for (const file of roomFiles(room)) {
      for (const { path } of importsOf(file)) {
        const door = path === undefined || DOORS.some((door) => path.endsWith(door));
        if (!door && roomOf(path!) !== room) wrong.push(`${file} -> ${path}`);
      }
    }
  }
  assertEquals(wrong, []);
});

/** The files of circles of imports, types left out of account: a strongly connected part of more than one file. */
function circles(files: readonly string[]): string[][] {
  const numbers = new Map<string, number>(), low = new Map<string, number>();
  const stack: string[] = [], found: string[][] = [];
  const visit = (file: string): void => {
    numbers.set(file, numbers.size);
    low.set(file, numbers.get(file)!);
    stack.push(file);
    for (const { path } of importsOf(file)) {
      if (path === undefined) continue;
      if (!numbers.has(path)) visit(path);
      if (stack.includes(path)) low.set(file, Math.min(low.get(file)!, low.get(path)!));
    }
    if (low.get(file) !== numbers.get(file)) return;
    const part = stack.splice(stack.indexOf(file));
    if (part.length > 1) found.push(part.sort());
  };
  for (const file of files) if (!numbers.has(file)) visit(file);
  return found;
}

Deno.test("no files import each other in a circle", () => {
  assertEquals(circles(rooms().flatMap((room) => [...roomFiles(room)])), []);
});

/** What a module may remember by itself: caches, of what is always the same. */
const CACHES = [
  "kernels/aligned/load_aligned.ts: loaded",
  "kernels/load.ts: available",
  "kernels/load.ts: loaded",
  "kernels/load.ts: owners",
  "src/core/_local_spec.ts: made",
  "src/core/_registry.ts: registry",
  "src/core/apply_operators.ts: shapes",
  "src/row/reduce_row.ts: known",
];

/** Sources of the binaries: their state is that of an instance. */
const ASM = /^kernels\/(.+\/)?asm(\/|\.ts$)/;

Deno.test("no module keeps state by itself, but for caches that are named", () => {
  const found: string[] = [];
  for (const room of rooms().filter((room) => !["src/http", "src/cli"].includes(room))) {
    for (const file of [...roomFiles(room)].filter((file) => !ASM.test(file))) {
      const text = Deno.readTextFileSync(new URL(file, ROOT));
      for (const [, name] of text.matchAll(/^(?:export )?let (\w+)/gm)) found.push(`${file}: ${name}`);
      for (const [, name] of text.matchAll(/^(?:export )?const (\w+)(?:: [^=]+)? = new (?:Weak)?(?:Map|Set)\b/gm)) {
        found.push(`${file}: ${name}`);
      }
    }
  }
  assertEquals(found.sort(), CACHES);
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
  assert(entered.has("kernels") && entered.has("src/flow"));
  for (const room of entered) assert(!(LEVELS[room] >= 7), `the root module reaches ${room}`);
});

Deno.test("every other library room is free of packages too", () => {
  for (const room of rooms().filter((room) => LEVELS[room] < 8)) {
    assertEquals(reached(`${room}/${room === "src/formats" ? "inside" : "mod"}.ts`).packages, [], room);
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
