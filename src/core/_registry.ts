import type { Definition } from "./define.ts";

/** What was registered in this process, by name. */
export const registry: Map<string, Definition> = new Map();
