// The entropy monitor of the library, for rows that come in slices: rolling mean, threshold, dwell time.

/** Gives a function that takes each row's entropy and tells its rolling mean and the model that should take the row. */
export function entropyMonitor({ window, threshold, dwell }) {
  const ring = [];
  let state = "small";
  let since = 0;
  return (entropy) => {
    if (!Number.isNaN(entropy)) ring.push(entropy);
    if (ring.length > window) ring.shift();
    const rolling = ring.reduce((sum, h) => sum + h, 0) / ring.length;
    const wanted = rolling > threshold ? "large" : "small";
    if (wanted !== state && since >= dwell) {
      state = wanted;
      since = 0;
    }
    since++;
    return { rolling, state };
  };
}
