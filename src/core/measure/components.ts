/**
 * Connected parts of a mask in 3-D, one subtype at a time, voxels that touch by a face, an edge or a
 * corner being connected (26 neighbours). Works on runs, so the cost follows the lesions' surface.
 */
import type { SliceRuns } from '../annotation/runs';

/** Runs of one connected part. */
export interface Component {
  readonly label: number;
  /** Packed runs by slice, ascending; the slices need not follow each other in `masks`, but do in k. */
  readonly slices: readonly SliceRuns[];
  readonly voxels: number;
}

/** Slices as packed runs, in any order; those not named are empty. Parts come in order of their first voxel. */
export function components(masks: readonly SliceRuns[]): Component[] {
  const sorted = [...masks].filter(({ runs }) => runs.length > 0).sort((a, b) => a.slice - b.slice);
  const firsts: number[] = [];
  let total = 0;
  for (const { runs } of sorted) {
    firsts.push(total);
    total += runs.length / 4;
  }
  const parents = Uint32Array.from({ length: total }, (_, n) => n);
  sorted.forEach(({ slice, runs }, n) => {
    const first = firsts[n] ?? 0;
    const rows = rowsOf(runs);
    for (const [row, start] of rows)
      touching(runs, start, runs, rows.get(row + 1), (a, b) => unite(parents, first + a, first + b));
    const above = sorted[n + 1];
    if (above?.slice !== slice + 1) return;
    const firstAbove = firsts[n + 1] ?? 0;
    touchingSlices(runs, above.runs, (a, b) => unite(parents, first + a, firstAbove + b));
  });
  return gather(sorted, firsts, parents);
}

/** Calls `visit` with the numbers of any two runs, of neighbouring slices, that have one label and touch. */
export function touchingSlices(runs: Uint32Array, above: Uint32Array, visit: (a: number, b: number) => void): void {
  const rowsAbove = rowsOf(above);
  for (const [row, start] of rowsOf(runs)) {
    for (const offset of [-1, 0, 1]) touching(runs, start, above, rowsAbove.get(row + offset), visit);
  }
}

/** Place of the first run of each row, in numbers. */
function rowsOf(runs: Uint32Array): Map<number, number> {
  const rows = new Map<number, number>();
  for (let n = 0; n < runs.length; n += 4) {
    const row = runs[n + 1] ?? 0;
    if (!rows.has(row)) rows.set(row, n);
  }
  return rows;
}

/** Visits the runs of a row and those of a neighbouring row that have one label and touch. */
function touching(
  a: Uint32Array,
  startInA: number,
  b: Uint32Array,
  startInB: number | undefined,
  visit: (a: number, b: number) => void,
): void {
  if (startInB === undefined) return;
  const rowOfA = a[startInA + 1];
  const rowOfB = b[startInB + 1];
  const join = (n: number, m: number): void => {
    if (a[n + 1] !== rowOfA || b[m + 1] !== rowOfB || a[n] !== b[m]) return;
    const [fromA, fromB] = [a[n + 2] ?? 0, b[m + 2] ?? 0];
    if (fromA > fromB + (b[m + 3] ?? 0) || fromB > fromA + (a[n + 3] ?? 0)) return;
    visit(n / 4, m / 4);
  };
  let [n, m] = [startInA, startInB];
  while (a[n + 1] === rowOfA && b[m + 1] === rowOfB) {
    join(n, m);
    const [toA, toB] = [(a[n + 2] ?? 0) + (a[n + 3] ?? 0), (b[m + 2] ?? 0) + (b[m + 3] ?? 0)];
    if (toA === toB) {
      // Both end here, and each can touch the other's follower by a corner.
      join(n, m + 4);
      join(n + 4, m);
    }
    if (toA <= toB) n += 4;
    if (toB <= toA) m += 4;
  }
}

function rootOf(parents: Uint32Array, n: number): number {
  let root = n;
  for (let parent = parents[root] ?? root; parent !== root; parent = parents[root] ?? root) {
    parents[root] = parents[parent] ?? parent;
    root = parent;
  }
  return root;
}

function unite(parents: Uint32Array, a: number, b: number): void {
  const [one, other] = [rootOf(parents, a), rootOf(parents, b)];
  // The lower one stays root, so that a part is named by its first run.
  parents[Math.max(one, other)] = Math.min(one, other);
}

function gather(sorted: readonly SliceRuns[], firsts: readonly number[], parents: Uint32Array): Component[] {
  const parts = new Map<number, { label: number; slices: { slice: number; runs: number[] }[]; voxels: number }>();
  sorted.forEach(({ slice, runs }, s) => {
    for (let n = 0; n < runs.length; n += 4) {
      const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      const root = rootOf(parents, (firsts[s] ?? 0) + n / 4);
      const part = parts.get(root) ?? { label, slices: [], voxels: 0 };
      parts.set(root, part);
      let last = part.slices.at(-1);
      if (last?.slice !== slice) {
        last = { slice, runs: [] };
        part.slices.push(last);
      }
      last.runs.push(label, row, start, length);
      part.voxels += length;
    }
  });
  return [...parts.values()].map(({ label, slices, voxels }) => ({
    label,
    slices: slices.map(({ slice, runs }) => ({ slice, runs: Uint32Array.from(runs) })),
    voxels,
  }));
}
