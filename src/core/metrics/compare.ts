/** The mask of one scan against the truth: what the figures of a cohort are made of. */
import { paintRuns, type SliceRuns } from '../annotation/runs';
import { labelOf } from '../annotation/subtype';
import { type MeasureGrid, volumesByLabel } from '../measure/grid';
import type { Vec3 } from '../volume';
import { addCounts, type BloodClass, CLASSES, type Counts, countsOf, jointLabels, NO_COUNTS } from './counts';
import { hausdorff95 } from './surface';

/** One class of one scan. */
export interface ClassComparison {
  /** Voxels. */
  readonly counts: Counts;
  /** Voxels of each slice, in order of k. */
  readonly slices: readonly Counts[];
  /** mm; undefined unless both masks have the class. */
  readonly hd95: number | undefined;
  /** mL. */
  readonly volumeTruth: number;
  readonly volumePrediction: number;
}

export type ScanComparison = Readonly<Record<BloodClass, ClassComparison>>;

/** Compares two masks of one scan; slices without blood may be missing. Throws RangeError for runs outside of `size`. */
export function compareScan(
  truth: readonly SliceRuns[],
  prediction: readonly SliceRuns[],
  grid: MeasureGrid,
  size: Vec3,
): ScanComparison {
  const joints = jointBySlice(truth, prediction, size);
  const [volumesTruth, volumesPrediction] = [volumesByLabel(truth, grid), volumesByLabel(prediction, grid)];
  const classes = CLASSES.map((of): [BloodClass, ClassComparison] => {
    const slices = joints.map((joint) => countsOf(joint, of));
    const volume = (volumes: readonly number[]): number =>
      of === 'any' ? volumes.reduce((sum, one) => sum + one, 0) : (volumes[labelOf(of)] ?? 0);
    return [
      of,
      {
        counts: slices.reduce(addCounts, NO_COUNTS),
        slices,
        hd95: hausdorff95(only(truth, of), only(prediction, of), grid, size),
        volumeTruth: volume(volumesTruth),
        volumePrediction: volume(volumesPrediction),
      },
    ];
  });
  return Object.fromEntries(classes) as Record<BloodClass, ClassComparison>;
}

function jointBySlice(
  truth: readonly SliceRuns[],
  prediction: readonly SliceRuns[],
  [width, height, depth]: Vec3,
): Float64Array[] {
  const painted = (masks: readonly SliceRuns[], k: number, into: Uint8Array): Uint8Array => {
    into.fill(0);
    for (const { slice, runs } of masks) if (slice === k) paintRuns(runs, into, width, height);
    return into;
  };
  const [a, b] = [new Uint8Array(width * height), new Uint8Array(width * height)];
  return Array.from({ length: depth }, (_, k) => jointLabels(painted(truth, k, a), painted(prediction, k, b)));
}

/** The runs of one class. */
function only(masks: readonly SliceRuns[], of: BloodClass): readonly SliceRuns[] {
  if (of === 'any') return masks;
  const label = labelOf(of);
  return masks.map(({ slice, runs }) => {
    const kept: number[] = [];
    for (let n = 0; n < runs.length; n += 4) if (runs[n] === label) kept.push(...runs.subarray(n, n + 4));
    return { slice, runs: Uint32Array.from(kept) };
  });
}
