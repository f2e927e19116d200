import type { Plan } from "../engine/mod.ts";

/** Longer lists are cut: the labels of a text would hide the plan. */
const LONGEST = 8;

/** A plan as it is printed. */
export function planText(plan: Plan): string {
  return plan.toString().replaceAll(/\[[-\d,]+\]/g, cut) + "\n";
}

function cut(list: string): string {
  const items = list.slice(1, -1).split(",");
  return items.length <= LONGEST ? list : `[${items.slice(0, LONGEST).join(",")},... ${items.length} in all]`;
}
