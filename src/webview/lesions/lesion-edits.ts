/** Edits of whole lesions, and where to look at one. */
import type { Label } from '../../core/annotation/subtype';
import { labelOf } from '../../core/annotation/subtype';
import type { MaskChange } from '../../core/edit/changes';
import type { Lesion } from '../../core/measure/lesion';
import type { Vec3 } from '../../core/volume';

/** The change that gives a lesion another label; 0 removes it. */
export function relabeled({ subtype, masks }: Pick<Lesion, 'subtype' | 'masks'>, label: Label): MaskChange {
  const before = labelOf(subtype);
  if (label === before) return [];
  return masks.map(({ slice, runs }) => {
    const change = new Uint32Array((runs.length / 4) * 5);
    for (let n = 0; n < runs.length / 4; n++) {
      change.set(runs.subarray(4 * n + 1, 4 * n + 4), 5 * n);
      change[5 * n + 3] = before;
      change[5 * n + 4] = label;
    }
    return { slice, runs: change };
  });
}

/**
 * The voxel (i, j, k) to look at: on the slice of the lesion's centre, or where it has none there on
 * the nearest that it has, and of that slice the voxel of the lesion nearest to its centre there.
 */
export function middleOf({ masks, centroid }: Pick<Lesion, 'masks' | 'centroid'>): Vec3 {
  const nearest = masks.reduce((best, mask) =>
    Math.abs(mask.slice - centroid[2]) < Math.abs(best.slice - centroid[2]) ? mask : best,
  );
  const { slice, runs } = nearest;
  let [count, sumI, sumJ] = [0, 0, 0];
  eachRun(runs, (row, start, length) => {
    count += length;
    sumI += length * (start + (length - 1) / 2);
    sumJ += length * row;
  });
  const [ci, cj] = [sumI / count, sumJ / count];
  let best: Vec3 = [0, 0, slice];
  let distance = Number.POSITIVE_INFINITY;
  eachRun(runs, (row, start, length) => {
    const i = Math.max(start, Math.min(start + length - 1, Math.round(ci)));
    const here = (i - ci) ** 2 + (row - cj) ** 2;
    if (here >= distance) return;
    distance = here;
    best = [i, row, slice];
  });
  return best;
}

function eachRun(runs: Uint32Array, visit: (row: number, start: number, length: number) => void): void {
  for (let n = 0; n < runs.length; n += 4) visit(runs[n + 1] ?? 0, runs[n + 2] ?? 0, runs[n + 3] ?? 0);
}
