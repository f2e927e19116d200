// Which text a token id has.

/** The texts of a file: a JSON array with one for each id, or an object that has it as `labels`. */
export async function readTexts(blob, name) {
  const wrong = `Cannot use ${name}: wanted a JSON array with a text for each token id`;
  let parsed;
  try {
    parsed = JSON.parse(await blob.text());
  } catch {
    throw new Error(`${wrong}, found no JSON`);
  }
  const list = Array.isArray(parsed) ? parsed : parsed?.labels;
  if (!Array.isArray(list) || !list.every((text) => text === null || typeof text === "string")) throw new Error(wrong);
  return { name, list, count: undefined };
}

/**
 * Why texts that the person chose are not those of rows of `count` logits, if they are not. They may be fewer than the
 * logits of the rows that they were chosen for; any other rows must have as many logits as there are texts.
 */
export function misfit({ name, list, count: chosenFor }, count) {
  if (list.length === count || (list.length < count && chosenFor === count)) return undefined;
  const found = `${name} is not used: it has ${list.length} texts, a row has ${count} logits.`;
  return list.length < count ? `${found} If it is right for this file, choose it again.` : found;
}
