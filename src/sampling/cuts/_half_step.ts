/** Half a float32 step of 1: a probability, or a mass, this close to the one that is wanted has reached it, however it was rounded. */
export const HALF_STEP: number = 2 ** -24;
