/** Where the repository begins. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** The rooms: folders with a `mod.ts`. */
export function rooms(): string[] {
  const folders = [...Deno.readDirSync(new URL("src/", ROOT))].filter(({ isDirectory }) => isDirectory);
  return ["kernels", ...folders.map(({ name }) => `src/${name}`)].filter((room) => {
    return [...roomFiles(room)].includes(`${room}/mod.ts`);
  });
}

/** One import of a module: a file of ours by its path from the root, or a package. */
export interface Import {
  /** As it is written. */
  readonly specifier: string;
  /** The path from the root, of a file of ours. */
  readonly path: string | undefined;
}

/** The TypeScript files of a room, folders in it included, by their paths from the root. */
export function* roomFiles(room: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`${room}/`, ROOT))) {
    if (isDirectory) yield* roomFiles(`${room}/${name}`);
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) yield `${room}/${name}`;
  }
}

const STATEMENT = /^(?:import|export)\s(?:[\w\s{},*$]*\sfrom\s+)?"([^"]+)";/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

/** The imports and re-exports of a file, types and dynamic ones included; those of examples in comments are not. */
export function importsOf(file: string): Import[] {
  const text = Deno.readTextFileSync(new URL(file, ROOT)).replaceAll(/\/\*[^]*?\*\//g, "");
  const specifiers = [...text.matchAll(STATEMENT), ...text.matchAll(DYNAMIC)].map(([, specifier]) => specifier);
  return specifiers.map((specifier) => ({
    specifier,
    path: specifier.startsWith(".") ? new URL(specifier, new URL(file, ROOT)).href.slice(ROOT.href.length) : undefined,
  }));
}
