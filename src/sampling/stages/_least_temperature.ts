/** Below this temperature ordinary logits would overflow: the row would be blamed for it. */
export const LEAST_TEMPERATURE = 1e-20;
