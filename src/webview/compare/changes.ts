/** What changed from one mask to another: as label images to draw, and slice by slice. Pure. */
import type { SliceRuns } from '../../core/annotation/runs';
import { NUMBERS_PER_RUN } from '../../core/edit/changes';
import { changeBetween } from '../../core/mask/changes';
import { compareMasks, type SubtypeChange } from '../../core/measure/compare';
import type { MeasureGrid } from '../../core/measure/grid';

/** Labels of the image of changes. */
export const ADDED = 1;
export const REMOVED = 2;
export const RELABELED = 3;

export interface SliceChange {
  /** Slice k of the volume, from 0. */
  readonly slice: number;
  /** Voxels. */
  readonly added: number;
  readonly removed: number;
  readonly relabeled: number;
}

export interface Changes {
  /** Changed voxels with the labels above. */
  readonly changed: readonly SliceRuns[];
  /** Voxels with the same subtype in both. */
  readonly same: readonly SliceRuns[];
  /** Slices with changes, ascending. */
  readonly slices: readonly SliceChange[];
}

/** Compares two masks of one size; slices not named are empty. */
export function changesBetween(before: readonly SliceRuns[], after: readonly SliceRuns[]): Changes {
  const changed: SliceRuns[] = [];
  const slices: SliceChange[] = [];
  const changedBySlice = new Map<number, Uint32Array>();
  for (const { slice, runs } of changeBetween(before, after)) {
    const out: number[] = [];
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const [row = 0, start = 0, length = 0, from = 0, to = 0] = runs.subarray(n, n + NUMBERS_PER_RUN);
      const label = from === 0 ? ADDED : to === 0 ? REMOVED : RELABELED;
      counts[label] = (counts[label] ?? 0) + length;
      out.push(label, row, start, length);
    }
    const packed = Uint32Array.from(out);
    changed.push({ slice, runs: packed });
    changedBySlice.set(slice, packed);
    const [, added = 0, removed = 0, relabeled = 0] = counts;
    slices.push({ slice, added, removed, relabeled });
  }
  const same = after.flatMap(({ slice, runs }) => {
    const cut = changedBySlice.get(slice);
    const rest = cut ? without(runs, cut) : runs;
    return rest.length > 0 ? [{ slice, runs: rest }] : [];
  });
  return { changed, same, slices };
}

/** Runs less the voxels that other runs cover; both ordered by row, then start. */
function without(runs: Uint32Array, cut: Uint32Array): Uint32Array {
  const out: number[] = [];
  let c = 0;
  for (let n = 0; n < runs.length; n += 4) {
    const [label = 0, row = 0, first = 0, length = 0] = runs.subarray(n, n + 4);
    const end = first + length;
    let start = first;
    // Cuts that end before this run are behind for good.
    while (c < cut.length && ((cut[c + 1] ?? 0) < row || (cut[c + 1] === row && endOf(cut, c) <= start))) c += 4;
    for (let d = c; d < cut.length && cut[d + 1] === row && (cut[d + 2] ?? 0) < end; d += 4) {
      if ((cut[d + 2] ?? 0) > start) out.push(label, row, start, (cut[d + 2] ?? 0) - start);
      start = Math.max(start, endOf(cut, d));
    }
    if (start < end) out.push(label, row, start, end - start);
  }
  return Uint32Array.from(out);
}

function endOf(runs: Uint32Array, n: number): number {
  return (runs[n + 2] ?? 0) + (runs[n + 3] ?? 0);
}

/** The figures of the table: a row for each subtype that either mask has, and one for all blood together where there are several. */
export interface ChangeTable {
  readonly subtypes: readonly SubtypeChange[];
  readonly all?: Omit<SubtypeChange, 'subtype'>;
}

export function changeTable(before: readonly SliceRuns[], after: readonly SliceRuns[], grid: MeasureGrid): ChangeTable {
  const subtypes = compareMasks(before, after, grid);
  if (subtypes.length < 2) return { subtypes };
  const [all] = compareMasks(asOne(before), asOne(after), grid);
  return all ? { subtypes, all } : { subtypes };
}

/** The mask with all subtypes as one. */
function asOne(masks: readonly SliceRuns[]): SliceRuns[] {
  return masks.map(({ slice, runs }) => ({ slice, runs: runs.map((value, n) => (n % 4 === 0 ? 1 : value)) }));
}
