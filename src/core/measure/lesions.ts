/** The lesions of a mask. */
import type { SliceRuns } from '../annotation/runs';
import { finish } from '../edit/steps';
import type { Vec3 } from '../volume';
import type { MeasureGrid } from './grid';
import type { Lesion } from './lesion';
import { LesionIndex } from './lesion-index';
import type { MeasuredScan } from './lesion-part';

/** Lesions of a mask: slices as packed runs, in any order. `scan` adds HU. */
export function measureLesions(masks: readonly SliceRuns[], grid: MeasureGrid, scan?: MeasuredScan): Lesion[] {
  const bySlice = new Map(masks.map(({ slice, runs }) => [slice, runs]));
  const index = new LesionIndex(grid, scan);
  return [...finish(index.update((k) => bySlice.get(k) ?? new Uint32Array(0), new Set(bySlice.keys())))];
}

/** The lesion that a voxel belongs to. */
export function lesionAt(lesions: readonly Lesion[], [i, j, k]: Vec3): Lesion | undefined {
  return lesions.find(({ firstSlice, lastSlice, masks }) => {
    if (k < firstSlice || k > lastSlice) return false;
    const runs = masks.find(({ slice }) => slice === k)?.runs ?? new Uint32Array(0);
    for (let n = 0; n < runs.length; n += 4) {
      const start = runs[n + 2] ?? 0;
      if (runs[n + 1] === j && i >= start && i < start + (runs[n + 3] ?? 0)) return true;
    }
    return false;
  });
}
