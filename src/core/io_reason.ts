/**
 * Why a file or pipe could not be read or written, in plain words.
 *
 * @example A file that is not there
 * ```ts
 * import { ioReason } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ioReason(new Deno.errors.NotFound("os error 2"), "read"), "there is no such file");
 * ```
 *
 * @param error What the system threw.
 * @param verb What was tried.
 * @returns The end of a sentence that begins "Cannot read ...: ".
 */
export function ioReason(error: unknown, verb: "read" | "write"): string {
  const { name, code } = (error instanceof Error ? error : {}) as { readonly name?: string; readonly code?: string };
  if (name === "NotFound") return verb === "read" ? "there is no such file" : "there is no such folder";
  if (name === "IsADirectory") return "it is a directory";
  if (name === "PermissionDenied" || name === "NotCapable") return `there is no permission to ${verb} it`;
  if (name === "NotADirectory") return "a part of its path is a file, not a folder";
  if (name === "BrokenPipe") return "its reader went away";
  if (code === "ENOSPC") return "no space left on its device";
  return error instanceof Error ? error.message : String(error);
}
