import { checkOption, type Option } from "../core/mod.ts";

/** A number, or a function that gives it of each item. */
export type ByItem<T> = number | ((item: T) => number);

/** How an option is read that is a {@linkcode ByItem}: a number is checked now, what a function gives when it is asked. */
export function readByItem<T>(range: Option): (what: string, name: string, value: unknown) => ByItem<T> {
  return (what, name, value) =>
    typeof value === "function" ? value as (item: T) => number : checkOption(what, name, range, value) as number;
}

/** The number of an item, checked. `name` says of what it is. */
export function ofItem<T>(what: string, name: string, range: Option, by: ByItem<T>, item: T): number {
  return typeof by === "function" ? checkOption(what, name, range, by(item)) as number : by;
}

/** A number as a spec says it; a function stays in this process, and its spec is local. */
export function saidByItem(value: unknown): unknown {
  return typeof value === "function" ? undefined : value;
}
