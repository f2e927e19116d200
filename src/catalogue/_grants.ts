import { checkOption, type Grants, optionsOf, ParameterError, shown } from "../core/mod.ts";

/** What specs from elsewhere may reach. */
export interface SpecGrants {
  /** Folders whose files may be read. */
  readonly roots?: readonly string[];
  /** Folders whose files may be written. A file there that has another name elsewhere (a hard link) may not. */
  readonly writableRoots?: readonly string[];
  /** Origins whose URLs may be read, as `https://example.org`. */
  readonly origins?: readonly string[];
  /** Files that are read meanwhile: no sink writes over one of them. */
  readonly inputs?: readonly string[];
}

const GRANTS = ["roots", "writableRoots", "origins", "inputs"] as const;

/** The same as functions that refuse. A link is followed before it is judged. */
export function grantsOf(given: SpecGrants): Grants {
  const asked = optionsOf("openSpec", given, GRANTS);
  const [roots, writableRoots, origins, inputs] = GRANTS.map((name) => textsOf(name, asked[name]));
  return {
    inputs,
    readable: (path) => inside(pathOf(path), roots, "read", path),
    async writable(path) {
      const target = pathOf(path);
      const name = target.split("/").at(-1)!;
      const folder = target.slice(0, target.length - name.length) || ".";
      // The file may not be there yet; its folder is. A link in its place, or another name of it, could lie outside.
      const { isSymlink = false, nlink = 1 } = await Deno.lstat(target).catch(() => ({} as Partial<Deno.FileInfo>));
      if (isSymlink || (nlink ?? 1) > 1 || name === "" || name === "..") throw blocked(path, "write");
      return `${await inside(folder, writableRoots, "write", path)}/${name}`;
    },
    url(url) {
      if (origins.some((origin) => URL.parse(origin)?.origin === url.origin)) return;
      throw new ParameterError(`Cannot read a URL of ${url.origin}: its origin is not granted`, "E_URL_BLOCKED");
    },
  };
}

/** A text alone would be taken for the list of its characters. */
function textsOf(name: string, given: unknown = []): readonly string[] {
  if (!Array.isArray(given)) {
    throw new ParameterError(`Cannot use openSpec with ${name} = ${shown(given)}: wanted a list of texts`);
  }
  return given.map((text) => checkOption("openSpec", name, { type: "text", help: "" }, text));
}

function pathOf(path: string): string {
  if (!path.startsWith("file:")) return path;
  const url = URL.parse(path);
  try {
    if (url?.protocol === "file:" && url.host === "") return decodeURIComponent(url.pathname);
  } catch {
    // No text has these bytes: refused as any other that is no path.
  }
  throw new ParameterError(`Cannot read "${path}" as a file: wanted a path or a file: URL`);
}

async function inside(path: string, roots: readonly string[], verb: "read" | "write", asked: string): Promise<string> {
  const [real, ...folders] = await Promise.all(
    [path, ...roots].map((one) => Deno.realPath(one).catch(() => undefined)),
  );
  const within = folders.some((folder) =>
    folder !== undefined && (real === folder || real?.startsWith(`${folder.replace(/\/$/, "")}/`))
  );
  if (real !== undefined && within) return real;
  throw blocked(asked, verb);
}

function blocked(path: string, verb: "read" | "write"): ParameterError {
  return new ParameterError(
    `Cannot ${verb} "${path}": it is not there, or lies in no folder that is granted`,
    "E_PATH_BLOCKED",
  );
}
