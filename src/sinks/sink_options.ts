/** What sinks that write files take. */
export interface SinkOptions {
  /**
   * What is read while the sink writes: paths, and open files by device and inode (standard input, say). A target that is one of
   * them, under whatever name, is refused and stays as it is. Needs permission to read the paths.
   */
  readonly inputs?: readonly (string | URL | Pick<Deno.FileInfo, "dev" | "ino">)[];
}
