import { ioReason, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { originOf } from "./guard/_url_guard.ts";
import type { AppOptions } from "./app_options.ts";

const TYPES: Readonly<Record<keyof AppOptions, "options" | "list of texts" | "string" | "function">> = {
  limits: "options",
  root: "string",
  allowOrigins: "list of texts",
  allowPrivateOrigins: "list of texts",
  allowHosts: "list of texts",
  cors: "list of texts",
  token: "string",
  log: "function",
  onError: "function",
  sample: "options",
};

/** The names of the options of `createApp`. */
export const APP_OPTIONS = Object.keys(TYPES) as readonly (keyof AppOptions)[];

/** Refuses options that do not fit, before anything is served. */
export function checkOptions(options: AppOptions): void {
  optionsOf("createApp", options, APP_OPTIONS);
  for (const name of APP_OPTIONS) checkType(name, options[name]);
  const { allowOrigins = [], allowPrivateOrigins = [], root, token, sample } = options;
  for (const origin of [...allowOrigins, ...allowPrivateOrigins]) originOf(origin);
  if (token === "" || /\s/.test(token ?? "")) {
    throw new ParameterError("Cannot use the token: wanted characters without spaces, and at least one");
  }
  if (root !== undefined) checkRoot(root);
  if (sample !== undefined) optionsOf("sample", sample, ["logits!", "labels"]);
}

/** A name instead of a list of names would be read letter by letter. */
function checkType(name: keyof AppOptions, value: unknown): void {
  const wanted = TYPES[name];
  // Options in their turn are checked by their names.
  if (value === undefined || wanted === "options" || typeof value === wanted) return;
  if (wanted === "list of texts" && Array.isArray(value) && value.every((text) => typeof text === "string")) return;
  // A token that is none is a secret yet.
  const found = name === "token" ? "" : ` ${shown(value)}`;
  throw new ParameterError(`Cannot use ${name}${found}: wanted a ${wanted}`);
}

function checkRoot(root: string): void {
  let why = "it is no folder";
  try {
    if (Deno.statSync(root).isDirectory) return;
  } catch (error) {
    why = ioReason(error, "read");
  }
  throw new ParameterError(`Cannot serve the files of "${root}": wanted a folder, but ${why}`);
}
