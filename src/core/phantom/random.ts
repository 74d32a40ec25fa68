/** Random numbers that are the same on every machine for one seed. */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger, 2017; public domain): 32 bits of state, enough for pictures and tests. */
export function random(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from `from` to `to`, both included. */
export function integer(next: Random, from: number, to: number): number {
  return from + Math.floor(next() * (to - from + 1));
}
