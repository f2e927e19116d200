import { type Dtype, type Spec, specText } from "../core/mod.ts";
import { crc32 } from "../formats/inside.ts";

/** Longest text of one link that is written out. */
const LONGEST = 120;

/**
 * How logits are stored and what is done to them between their source and the reducers, first to last, as text. Parts of a row that come from different
 * places merge; parts of which one went through another temperature do not.
 */
export function chainText(spec: Spec, dtype: Dtype): string {
  return [dtype, ...linksOf(spec)].join(", ");
}

function linksOf({ name, params, inputs }: Spec): string[] {
  // What a map does is its second input.
  if (name === "map") {
    return [...linksOf(inputs[0]), linkText({ ...inputs[1], params: { ...inputs[1].params, ...params } })];
  }
  const before = inputs.flatMap(linksOf);
  // A source has no inputs; rechunk changes how a stream is cut, and nothing else.
  if (inputs.length > 0 && name !== "rechunk") before.push(linkText({ name, params, inputs: [] }));
  return before;
}

/** A link in full, or its name and check sum where it is long: a mask has a bit for each id. */
function linkText(link: Spec): string {
  const text = specText(link);
  if (text.length <= LONGEST) return text;
  return `${link.name}#${crc32(new TextEncoder().encode(text)).toString(16).padStart(8, "0")}`;
}
