import type { Command } from "./_command.ts";
import { dashed, GENERAL } from "./_flags.ts";

/** Where the text of a flag begins. */
const COLUMN = 30;

const WIDTH = 80;

/** The help of one command. */
export function helpOf({ name, usage, summary, flags, notes, examples }: Command): string {
  const lines = [...flags, ...GENERAL].map(({ name, value, help }) =>
    helpLines(dashed(name) + (value === undefined ? "" : ` ${value}`), help)
  );
  return `Usage: sluice ${name} ${usage}\n\n${summary}\n\n${lines.join("")}\n${notes}${examplesText(examples)}`;
}

/** The end of a help. */
export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  ${line}\n`).join("")}`;
}

/** A name, and beside it what it is, in as many lines as that needs. */
export function helpLines(what: string, help: string): string {
  const left = `  ${what}`;
  const [first, ...rest] = wrapped(help, WIDTH - COLUMN);
  const head = left.length + 2 > COLUMN ? `${left}\n${" ".repeat(COLUMN)}${first}` : left.padEnd(COLUMN) + first;
  return [head, ...rest.map((line) => " ".repeat(COLUMN) + line)].join("\n") + "\n";
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
