/** What rooms above need of this one, and nobody else. */
export { CHAIN_PARTS, OTHER_NAMES } from "./_chain_parts.ts";
