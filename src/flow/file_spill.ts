import { checkWhole, ioReason, optionsOf, SourceError, SourceExhaustedError } from "../core/mod.ts";
import type { Spill, SpillStore } from "./spill.ts";

/** Options of {@linkcode fileSpill}. */
export interface FileSpillOptions {
  /** Most bytes on disk at a time: one row of the stream. 16 GiB if absent. */
  readonly limit?: number;
  /** The folder for the temporary file; the system's if absent. */
  readonly directory?: string;
}

/**
 * A bounded temporary file for the second read of one-shot streams whose rows outgrow the row cache.
 * Needs permission to read and write its folder, when a row spills and not before. The file
 * loses its name as soon as it is open, so that nothing stays of it however the process ends; where a system removes no open file
 * (Windows), it is removed at the end.
 *
 * @example The second read of a one-shot stream comes from a file
 * ```ts
 * import { fileSpill, fromStream, normalize } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const once = await fromStream(ReadableStream.from([Float32Array.of(0, Math.log(3))]), { vocabulary: 2, dtype: "f32" });
 * const rows = normalize(once, { rowCache: 0, spill: fileSpill({ limit: 1024 }) }).open();
 * for await (const { data } of rows) assertAlmostEquals(data[1], 0.75, 1e-6);
 * ```
 *
 * @param options Limit and folder.
 * @returns What `normalize` and `reduce` take as `spill`.
 * @throws {ParameterError} If the limit is not a whole number of at least 1.
 */
export function fileSpill(options: FileSpillOptions = {}): Spill {
  const { limit = 2 ** 34, directory } = optionsOf("fileSpill", options, ["limit", "directory"]);
  checkWhole("spill limit", limit, 1);
  return { open: () => FileStore.open(limit, directory) };
}

class FileStore implements SpillStore {
  #size = 0;
  #closed = false;

  /** The path is there only while the file has one. */
  constructor(readonly file: Deno.FsFile, readonly limit: number, readonly path?: string) {}

  static async open(limit: number, directory?: string): Promise<FileStore> {
    const where = directory ? { dir: directory } : {};
    try {
      const path = await Deno.makeTempFile({ prefix: "sluice-", suffix: ".spill", ...where });
      const file = await openOrRemove(path);
      return await isRemoved(path) ? new FileStore(file, limit) : new FileStore(file, limit, path);
    } catch (cause) {
      const message = `Cannot open a spill file for the second read: ${ioReason(cause, "write")}`;
      throw new SourceError(message, "E_SOURCE_READ", { cause });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#size + bytes.length > this.limit) {
      throw new SourceExhaustedError(
        `Cannot keep the row for its second read: it needs more than the spill limit of ${this.limit} bytes; raise the limit`,
      );
    }
    try {
      await this.file.seek(this.#size, Deno.SeekMode.Start);
      for (let done = 0; done < bytes.length;) done += await this.file.write(bytes.subarray(done));
    } catch (cause) {
      const message = `Cannot keep the row for its second read: the spill failed at byte ${this.#size}: ${
        ioReason(cause, "write")
      }`;
      throw new SourceError(message, "E_SOURCE_READ", { cause });
    }
    this.#size += bytes.length;
  }

  async read(at: number, into: Uint8Array): Promise<number> {
    await this.file.seek(at, Deno.SeekMode.Start);
    return await this.file.read(into.subarray(0, Math.min(into.length, this.#size - at))) ?? 0;
  }

  clear(): Promise<void> {
    this.#size = 0;
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.file.close();
    if (this.path !== undefined) await Deno.remove(this.path);
  }
}

async function openOrRemove(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true });
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
}

/** Removes a file that is open, where the system lets one. */
async function isRemoved(path: string): Promise<boolean> {
  try {
    await Deno.remove(path);
    return true;
  } catch {
    return false;
  }
}
