import { CHAIN_PARTS, OTHER_NAMES } from "../catalogue/inside.ts";
import { isNeeded } from "../core/inside.ts";
import type { Definition } from "../core/mod.ts";
import { helpLines } from "./_help.ts";

/** The lines of a help: the stages that a chain's file may name, each with the options that it must be given, and what it does. */
export function stagesText(): string {
  return CHAIN_PARTS.map((part) => helpLines(callOf(part), part.help + otherNameOf(part))).join("");
}

function callOf({ name, options }: Definition): string {
  const needed = Object.keys(options).filter((option) => isNeeded(options[option]));
  return `${name} ${needed.join(", ")}`.trim();
}

function otherNameOf({ name }: Definition): string {
  const other = Object.keys(OTHER_NAMES).find((other) => OTHER_NAMES[other] === name);
  return other ? `. Also named ${other}` : "";
}
