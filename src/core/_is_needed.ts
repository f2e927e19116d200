import type { Option } from "./option.ts";

/** Whether an option must be given. */
export function isNeeded(option: Option): boolean {
  return !option.optional && !("default" in option);
}
