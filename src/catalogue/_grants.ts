import { type Grants, optionsOf, ParameterError } from "../core/mod.ts";

/** What specs from elsewhere may reach. */
export interface SpecGrants {
  /** Folders whose files may be read. */
  readonly roots?: readonly string[];
  /** Folders whose files may be written. */
  readonly writableRoots?: readonly string[];
  /** Origins whose URLs may be read, as `https://example.org`. */
  readonly origins?: readonly string[];
}

/** The same as functions that refuse. A link is followed before it is judged. */
export function grantsOf(given: SpecGrants): Grants {
  const { roots = [], writableRoots = [], origins = [] } = optionsOf("openSpec", given, [
    "roots",
    "writableRoots",
    "origins",
  ]);
  return {
    readable: (path) => inside(pathOf(path), roots, "read"),
    async writable(path) {
      const asked = pathOf(path);
      const name = asked.split("/").at(-1)!;
      const folder = asked.slice(0, asked.length - name.length) || ".";
      // The file may not be there yet; its folder is. A link in its place could lead out.
      const link = await Deno.lstat(asked).then(({ isSymlink }) => isSymlink, () => false);
      if (link || name === "" || name === "..") throw blocked(path, "write");
      return `${await inside(folder, writableRoots, "write", path)}/${name}`;
    },
    url(url) {
      if (origins.some((origin) => URL.parse(origin)?.origin === url.origin)) return;
      throw new ParameterError(`Cannot read a URL of ${url.origin}: its origin is not granted`, "E_URL_BLOCKED");
    },
  };
}

function pathOf(path: string): string {
  if (!path.startsWith("file:")) return path;
  const url = URL.parse(path);
  if (url?.protocol === "file:" && url.host === "") return decodeURIComponent(url.pathname);
  throw new ParameterError(`Cannot read "${path}" as a file: wanted a path or a file: URL`);
}

async function inside(path: string, roots: readonly string[], verb: "read" | "write", asked = path): Promise<string> {
  const real = await Deno.realPath(path).catch(() => undefined);
  for (const root of roots) {
    const folder = (await Deno.realPath(root)).replace(/\/$/, "");
    if (real === folder || real?.startsWith(`${folder}/`)) return real!;
  }
  throw blocked(asked, verb);
}

function blocked(path: string, verb: "read" | "write"): ParameterError {
  return new ParameterError(
    `Cannot ${verb} "${path}": it is not there, or lies in no folder that is granted`,
    "E_PATH_BLOCKED",
  );
}
