/** How much two texts share at both ends. */

export interface CommonEnds {
  /** UTF-16 units that are alike from the start on. */
  readonly start: number;
  /** UTF-16 units that are alike at the end, none of them among those of the start. */
  readonly tail: number;
}

/** What lies between the ends differs. Compares whole stretches, so that megabytes take about a millisecond. */
export function commonEnds(a: string, b: string): CommonEnds {
  const shorter = Math.min(a.length, b.length);
  const start = longest(shorter, (from, to) => a.slice(from, to) === b.slice(from, to));
  const tail = longest(shorter - start, (from, to) => {
    return a.slice(a.length - to, a.length - from) === b.slice(b.length - to, b.length - from);
  });
  return { start, tail };
}

/** The largest n up to `limit` for which all of [0, n) is alike; `alike` is only asked for what follows on what was. */
function longest(limit: number, alike: (from: number, to: number) => boolean): number {
  let low = 0;
  let high = limit;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (alike(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
