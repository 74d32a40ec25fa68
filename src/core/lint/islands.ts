/** Connected parts of a mask that are too small to be a lesion: strokes that slipped, leftovers of an erased part. */
import type { Annotation } from '../annotation/annotation';
import type { SliceRuns } from '../annotation/runs';
import { subtypeOf } from '../annotation/subtype';
import type { MaskChange } from '../edit/changes';
import { components } from '../measure/components';
import type { Finding } from './finding';
import { sliceVolumes } from './volumes';

/**
 * Parts in 3-D (neighbours share a face, edge or corner) smaller than `smallest` mL.
 * @param extents mm that each slice stands for, where the scan is known; else the spacing.
 */
export function checkIslands(annotation: Annotation, smallest: number, extents?: readonly number[]): Finding[] {
  const units = sliceVolumes(annotation.image, extents);
  const masks = annotation.slices.map(({ runs }, slice) => ({ slice, runs }));
  return components(masks).flatMap(({ label, slices, voxels }): Finding[] => {
    const volume = slices.reduce((sum, { slice, runs }) => sum + countVoxels(runs) * (units[slice] ?? 0), 0);
    const subtype = subtypeOf(label);
    const [first] = slices;
    // Sums of equal parts round; a part of exactly the size stays.
    if (volume >= smallest * (1 - 1e-9) || !first || !subtype) return [];
    const last = slices.at(-1)?.slice ?? first.slice;
    const where = last === first.slice ? `Slice ${last}` : `Slices ${first.slice} to ${last}`;
    const row = first.runs[1] ?? 0;
    return [
      {
        code: 'tiny-island',
        severity: 'information',
        message: `${where}: ${voxels === 1 ? 'a single voxel' : `a part of ${voxels} voxels`} of ${subtype} (${(volume * 1000).toFixed(1)} mm³) stands alone. Remove it if nothing is there.`,
        path: ['slices', first.slice, 'rows', row],
        column: first.runs[2] ?? 0,
        slice: first.slice,
        subtype,
        fix: { edit: { label: `Remove island of ${subtype}`, mask: erase(slices), fields: [] } },
      },
    ];
  });
}

/** The change that erases packed runs. */
export function erase(masks: readonly SliceRuns[]): MaskChange {
  return masks.map(({ slice, runs }) => {
    const change = new Uint32Array((runs.length / 4) * 5);
    for (let n = 0, m = 0; n < runs.length; n += 4, m += 5) {
      const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      change.set([row, start, length, label, 0], m);
    }
    return { slice, runs: change };
  });
}

function countVoxels(runs: Uint32Array): number {
  let count = 0;
  for (let n = 3; n < runs.length; n += 4) count += runs[n] ?? 0;
  return count;
}
