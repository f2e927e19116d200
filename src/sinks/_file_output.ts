import { errorCode, ParameterError, shown } from "../core/mod.ts";
import { failed, type Output } from "./_output.ts";
import { refuseInputs } from "./_refuse_inputs.ts";
import type { SinkOptions } from "./sink_options.ts";

/** What is no file on a disk has nothing that could be kept there. */
const NOTHING_TO_SYNC = ["EINVAL", "ENOTSUP", "EROFS"];

/** What a file that was not there before is. */
const REGULAR: Kind = { isFile: true, isFifo: false };

type Kind = Pick<Deno.FileInfo, "isFile" | "isFifo">;

/**
 * A file, made anew. Written by `FsFile.write`, which tells at once when the disk is full: `FsFile.writable` says that a write went well
 * before it did.
 */
export class FileOutput implements Output {
  readonly what: string;
  /** Whether what is written goes on to a reader at once. */
  readonly isPipe: boolean;
  readonly keepsBytes = false;
  written = 0;
  readonly #file: Deno.FsFile;
  /** The path of a file that was not there before. */
  readonly #made: string | URL | undefined;
  /** Neither a pipe nor a device. */
  readonly isRegular: boolean;

  private constructor(what: string, file: Deno.FsFile, { isFile, isFifo }: Kind, made?: string | URL) {
    this.what = what;
    this.isPipe = isFifo === true;
    this.#file = file;
    this.isRegular = isFile;
    this.#made = made;
  }

  static async open(path: string | URL, { inputs = [] }: SinkOptions = {}): Promise<FileOutput> {
    checkPath(path);
    checkInputs(inputs);
    const what = `"${path instanceof URL ? path.pathname : path}"`;
    let file: Deno.FsFile | undefined;
    try {
      file = await newFile(path);
      if (file) return new FileOutput(what, file, REGULAR, path);
      file = await Deno.open(path, { write: true, create: true });
      const info = await file.stat();
      // Pipes and devices lose nothing, and cannot be cut.
      if (info.isFile) {
        await refuseInputs(what, { path, ...info }, inputs);
        await file.truncate(0);
      }
      return new FileOutput(what, file, info);
    } catch (error) {
      file?.close();
      throw errorCode(error) ? error : failed(what, error);
    }
  }

  /** Absent for pipes and devices: what went there is gone. */
  get keep(): Output["keep"] {
    return this.isRegular ? (beginning, size) => this.#keep(beginning, size) : undefined;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const count = await this.#file.write(bytes.subarray(done));
        done += count;
        this.written += count;
      }
    } catch (error) {
      throw failed(this.what, error);
    }
  }

  async #keep(beginning: Uint8Array, size: number): Promise<void> {
    try {
      await this.#file.truncate(size);
      await this.#file.seek(0, Deno.SeekMode.Start);
    } catch (error) {
      throw failed(this.what, error);
    }
    try {
      await this.write(beginning);
    } finally {
      this.written = size;
    }
  }

  /** Waits for the disk: what a file system says only then (a quota on a network disk), the close of the file would swallow. */
  async close(): Promise<void> {
    try {
      await this.#file.syncData();
    } catch (error) {
      if (!NOTHING_TO_SYNC.includes((error as { readonly code?: string }).code ?? "")) throw failed(this.what, error);
    } finally {
      this.#file.close();
    }
  }

  /** A file that was not there before and that got nothing is taken away again. */
  async abort(): Promise<void> {
    this.#file.close();
    if (this.#made !== undefined && this.written === 0) await Deno.remove(this.#made).catch(() => {});
  }
}

/** The file, if there was none; a link that leads nowhere is one. */
async function newFile(path: string | URL): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { write: true, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return undefined;
    throw error;
  }
}

function checkPath(path: unknown): asserts path is string | URL {
  if (typeof path === "string" || (path instanceof URL && path.protocol === "file:")) return;
  throw new ParameterError(
    `Cannot write ${path instanceof URL ? path.href : shown(path)}: wanted a path or a file: URL`,
  );
}

/** What is misunderstood here would be written over. */
function checkInputs(inputs: unknown): void {
  const isInput = (input: unknown) =>
    typeof input === "string" || input instanceof URL || typeof (input as Deno.FileInfo | null)?.dev === "number";
  if (Array.isArray(inputs) && inputs.every(isInput)) return;
  throw new ParameterError(`Cannot use inputs ${shown(inputs)}: wanted a list of paths, file: URLs or { dev, ino }`);
}
