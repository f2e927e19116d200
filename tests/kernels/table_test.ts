/** Promise: every kernel of the tables agrees with its reference, is benched, and has a folder, a row and a documented contract. */
import { assert, assertEquals } from "@std/assert";
import { passesOf } from "../../bench/kernels/workload.ts";
import { alignedOver, REFERENCES as ALIGNED_REFERENCES } from "../../kernels/aligned/load_aligned.ts";
import { ALIGNED, alignedFolder } from "../../kernels/aligned/table.ts";
import { type Build, referenceFunctions } from "../../kernels/functions.ts";
import { LOG2_E_PAIR } from "../../kernels/reference/binary_exponent.ts";
import { REFERENCES } from "../../kernels/reference_kernels.ts";
import { buildsOf, type Row } from "../../kernels/row.ts";
import { folderOf, KERNELS } from "../../kernels/table.ts";
import { loadTwoPass } from "../../kernels/two_pass/load_two_pass.ts";
import { PAIRS } from "../../kernels/two_pass/table.ts";
import { viewsOf } from "../../kernels/views.ts";
import { BASES, buildFunctions } from "../../kernels/wasm_kernels.ts";
import { checkKernel, memoryOfSide, type Side } from "./agreement.ts";
import { BACKENDS } from "./support.ts";

const HERE = new URL("../../kernels/", import.meta.url);
const BUILDS = (["fma", "simd"] as const).filter((build) => BACKENDS.includes(build));

function side(over: (memory: WebAssembly.Memory) => object): Side {
  const memory = memoryOfSide();
  return { functions: over(memory) as Side["functions"], memory: memory.buffer as ArrayBuffer };
}

/** A build beside the reference in its base. */
function sidesOf(build: Build): [Side, Side] {
  const reference = ({ buffer }: WebAssembly.Memory) =>
    referenceFunctions(REFERENCES, viewsOf(buffer as ArrayBuffer, "f32", BASES[build]));
  return [side((memory) => buildFunctions(build, memory)), side(reference)];
}

for (const build of BUILDS) {
  for (const [name, row] of Object.entries(KERNELS)) {
    Deno.test(`${name} agrees with its reference: ${build}`, () => checkKernel(name, row, ...sidesOf(build)));
  }
  for (const [name, row] of Object.entries(ALIGNED)) {
    Deno.test(`${name} of aligned streams agrees with its reference: ${build}`, () => {
      const reference = ({ buffer }: WebAssembly.Memory) =>
        referenceFunctions(ALIGNED_REFERENCES, viewsOf(buffer as ArrayBuffer, "f32", BASES[build]));
      checkKernel(name, row, side((memory) => alignedOver(build, memory)), side(reference));
    });
  }
  for (const [name, row] of Object.entries(PAIRS)) {
    Deno.test(`the paper's ${name} agrees with its reference: ${build}`, () => {
      checkKernel(
        name,
        row,
        side((memory) => loadTwoPass(build, memory)),
        side((memory) => loadTwoPass("reference", memory)),
      );
    });
  }
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, HERE));
}

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, HERE))].map(({ name }) => name);
}

/** What is in `kernels/` beside the folders of kernels. */
const SHARED = ["aligned", "asm", "gen", "reference", "two_pass"];

Deno.test("every folder of a kernel has a row, and every row a folder with what it says", () => {
  const folders = [...Deno.readDirSync(HERE)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  assertEquals(folders.filter((name) => !SHARED.includes(name)).sort(), Object.keys(KERNELS).map(folderOf).sort());
  for (const [name, row] of Object.entries(KERNELS)) {
    const files = filesOf(`${folderOf(name)}/`);
    assert(files.includes("reference.ts"), name);
    assertEquals(files.includes("asm.ts"), buildsOf(row).length > 0, name);
    assertEquals(files.includes("asm64.ts"), row.float64 === true, name);
  }
  const aligned = [...Deno.readDirSync(new URL("aligned/", HERE))].filter(({ isDirectory }) => isDirectory);
  assertEquals(
    aligned.map(({ name }) => `aligned/${name}`).filter((name) => name !== "aligned/gen").sort(),
    Object.keys(ALIGNED).map(alignedFolder).sort(),
  );
});

/** The functions that a text declares: of each, names and types of its parameters, and what it gives. */
function declared(text: string, before: string): Map<string, { parameters: string[][]; gives: string }> {
  const found = text.matchAll(new RegExp(`^${before}(\\w+)\\(([^()]*)\\): ([\\w]+)`, "gm"));
  return new Map([...found].map(([, name, list, gives]) => {
    const parameters = list.split(",").map((part) => part.trim()).filter(Boolean).map((part) => part.split(": "));
    return [name, { parameters, gives }];
  }));
}

Deno.test("the interface has the names of the table", () => {
  const methods = declared(textOf("kernels.ts"), "  ");
  assertEquals([...methods.keys()].sort(), Object.keys(KERNELS).sort());
  for (const [name, row] of Object.entries(KERNELS)) {
    assertEquals(methods.get(name)!.parameters.map(([parameter]) => parameter), Object.keys(row.parameters), name);
  }
  const aligned = declared(textOf("aligned/aligned_kernels.ts"), "  ");
  assertEquals([...aligned.keys()].sort(), Object.keys(ALIGNED).sort());
  for (const [name, row] of Object.entries(ALIGNED)) {
    assertEquals(aligned.get(name)!.parameters.map(([parameter]) => parameter), Object.keys(row.parameters), name);
  }
  for (const [name, { parameters }] of declared(textOf("two_pass/two_pass.ts"), "  ")) {
    assertEquals(parameters.map(([parameter]) => parameter), Object.keys(PAIRS[name as "pairSum"].parameters), name);
  }
});

Deno.test("the asm sources have the names and types of the table; what gives more than the interface is completed", () => {
  const methods = declared(textOf("kernels.ts"), "  ");
  const check = (name: string, row: Row, path: string, as = name): void => {
    const { parameters, gives } = declared(textOf(path), "export function ").get(as)!;
    assertEquals(parameters, Object.entries(row.parameters).map(([key, { type }]) => [key, type]), name);
    assertEquals(gives, row.gives, name);
  };
  for (const [name, row] of Object.entries(KERNELS)) {
    if (buildsOf(row).length > 0) check(name, row, `${folderOf(name)}/asm.ts`);
    if (row.float64) check(name, row, `${folderOf(name)}/asm64.ts`, `${name}64`);
    const more = (methods.get(name)!.gives === "void") !== (row.gives === "void");
    if (more) assert(filesOf(`${folderOf(name)}/`).includes("wasm.ts"), name);
  }
  for (const [name, row] of Object.entries(ALIGNED)) check(name, row, `${alignedFolder(name)}/asm.ts`);
  for (const [name, row] of Object.entries(PAIRS)) check(name, row, "two_pass/asm.ts");
});

Deno.test("every kernel is benched", () => {
  for (const build of BUILDS) {
    const passes = passesOf(build, 2048);
    for (const name of [...Object.keys(KERNELS), ...Object.keys(ALIGNED), ...Object.keys(PAIRS)]) {
      const own = passes.filter((pass) => pass.kernel === name);
      assert(own.length > 0, name);
      own.forEach((pass) => pass.run());
    }
  }
});

Deno.test("the module of aligned streams leaves the constants of the others alone", () => {
  for (const build of BUILDS) {
    const memory = memoryOfSide(), own = buildFunctions(build, memory);
    const first = new Uint8Array(memory.buffer, 0, 4096);
    const before = first.slice();
    alignedOver(build, memory);
    const changed = [...first.keys()].filter((at) => first[at] !== before[at]);
    assert(changed.length > 0);
    for (const at of changed) assertEquals(before[at], 0, `${build}: byte ${at}`);
    assertEquals(typeof own.sweep, "function");
  }
});

Deno.test("the reference's base is the true constant", () => assertEquals(BASES.simd, LOG2_E_PAIR));
