/** How many of the best tokens a read holds where a chain may cut anywhere. */
export const BEST = 256;
