/** Why a file could not be read, in plain words. */
export function why(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotFound") return "there is no such file";
  if (name === "IsADirectory") return "it is a directory";
  if (name === "PermissionDenied" || name === "NotCapable") return "there is no permission to read it";
  return error instanceof Error ? error.message : String(error);
}
