/**
 * What happens to equal logits where a cut falls among them: the lowest ids stay (the default everywhere), the highest stay, or
 * all of them do.
 */
export type Ties = "lowestId" | "highestId" | "all";
