/**
 * What `deno publish` would upload: the files themselves, not a list kept beside them.
 *
 * @module
 */

/** The root of the package. */
export const ROOT: URL = new URL("../", import.meta.url);

/** Paths of the files that would be published, relative to the root. */
export async function publishSet(): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`Cannot publish:\n${text}`);
  const files = [...text.matchAll(/^\s+(file:\S+) \(/gm)].map(([, url]) => url);
  if (files.length === 0) throw new Error(`Cannot tell what would be published from:\n${text}`);
  return files.map((url) => decodeURIComponent(url.slice(ROOT.href.length)));
}

/** Copies them to a folder. */
export async function copyPublishSet(folder: URL): Promise<string[]> {
  const paths = await publishSet();
  for (const path of paths) {
    await Deno.mkdir(new URL("./", new URL(path, folder)), { recursive: true });
    await Deno.copyFile(new URL(path, ROOT), new URL(path, folder));
  }
  return paths;
}
