/** What changed between two annotations of one scan, subtype by subtype, in numbers and in a line of text. */
import { type Annotation, masksOf } from '../annotation/annotation';
import type { SliceRuns } from '../annotation/runs';
import { labelOf, SUBTYPES, type Subtype } from '../annotation/subtype';
import { type MaskChange, NUMBERS_PER_RUN } from '../edit/changes';
import { changeBetween } from '../mask/changes';
import { countLabels, type MeasureGrid, volumesByLabel } from './grid';

export interface SubtypeChange {
  readonly subtype: Subtype;
  /** mL. */
  readonly volumeBefore: number;
  readonly volumeAfter: number;
  /** Voxels; relabeled ones count as removed from one subtype and added to the other. */
  readonly added: number;
  readonly removed: number;
  /** Overlap 2 |A and B| / (|A| + |B|); 1 where both are empty. */
  readonly dice: number;
  /** Slices (k, from 0) where the subtype's voxels differ. */
  readonly changedSlices: readonly number[];
  /** Slices (k, from 0) with the subtype in the later of the two, or in the earlier where the later has none. */
  readonly slices: readonly number[];
}

/**
 * A grid for measuring where the scan is not at hand: every slice stands for the image's mean
 * step. Exact for evenly spaced scans, an estimate for others.
 */
export function gridOfImage({ image }: Annotation): MeasureGrid {
  const { affine, size, spacing } = image;
  const column = (n: 0 | 1 | 2): [number, number, number] => [affine[n] ?? 0, affine[4 + n] ?? 0, affine[8 + n] ?? 0];
  const [x, y, z] = [affine[3] ?? 0, affine[7] ?? 0, affine[11] ?? 0];
  const [dx, dy, dz] = column(2);
  return {
    column: column(0),
    row: column(1),
    positions: Array.from({ length: size[2] }, (_, k) => [x + k * dx, y + k * dy, z + k * dz] as const),
    extents: Array.from({ length: size[2] }, () => spacing[2]),
  };
}

/** Compares two masks of one scan; subtypes that neither has are left out. In label order. */
export function compareMasks(
  before: readonly SliceRuns[],
  after: readonly SliceRuns[],
  grid: MeasureGrid,
): SubtypeChange[] {
  const change = changeBetween(before, after);
  const [volumesBefore, volumesAfter] = [volumesByLabel(before, grid), volumesByLabel(after, grid)];
  const [slicesBefore, slicesAfter] = [slicesByLabel(before), slicesByLabel(after)];
  const [countsBefore, countsAfter] = [voxelsByLabel(before), voxelsByLabel(after)];
  return SUBTYPES.flatMap((subtype) => {
    const label = labelOf(subtype);
    const [old, young] = [countsBefore[label] ?? 0, countsAfter[label] ?? 0];
    if (old + young === 0) return [];
    const { added, removed, slices: changedSlices } = changesOf(change, label);
    return {
      subtype,
      volumeBefore: volumesBefore[label] ?? 0,
      volumeAfter: volumesAfter[label] ?? 0,
      added,
      removed,
      dice: (2 * (old - removed)) / (old + young),
      changedSlices,
      slices: (young > 0 ? slicesAfter : slicesBefore)[label] ?? [],
    };
  });
}

function changesOf(change: MaskChange, label: number): { added: number; removed: number; slices: number[] } {
  let [added, removed] = [0, 0];
  const slices: number[] = [];
  for (const { slice, runs } of change) {
    let here = 0;
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const [length = 0, from, to] = runs.subarray(n + 2, n + 5);
      if (from === label) removed += length;
      if (to === label) added += length;
      if (from === label || to === label) here += length;
    }
    if (here > 0) slices.push(slice);
  }
  return { added, removed, slices };
}

function voxelsByLabel(masks: readonly SliceRuns[]): number[] {
  const total = [0, 0, 0, 0, 0, 0];
  for (const { runs } of masks)
    countLabels(runs).forEach((count, label) => {
      total[label] = (total[label] ?? 0) + count;
    });
  return total;
}

function slicesByLabel(masks: readonly SliceRuns[]): number[][] {
  const slices: number[][] = [[], [], [], [], [], []];
  for (const { slice, runs } of [...masks].sort((a, b) => a.slice - b.slice))
    countLabels(runs).forEach((count, label) => {
      if (count > 0) slices[label]?.push(slice);
    });
  return slices;
}

/** One line a subtype, such as "IPH 12.4 -> 13.1 mL, slices 14-19, Dice 0.94". Slices count from 1, as on screen. */
export function describeChange(changes: readonly SubtypeChange[]): string[] {
  return changes.map(({ subtype, volumeBefore, volumeAfter, dice, slices, added, removed }) => {
    const where = `${slices.length === 1 ? 'slice' : 'slices'} ${ranges(slices)}`;
    if (added + removed === 0) return `${subtype} ${milliliters(volumeAfter)} mL, ${where}, unchanged`;
    const volumes = `${milliliters(volumeBefore)} -> ${milliliters(volumeAfter)} mL`;
    return `${subtype} ${volumes}, ${where}, Dice ${dice.toFixed(2)}`;
  });
}

/** What is in an annotation, for people and for `git diff`: review, then one line a subtype, then remarks. Slices count from 1. */
export function describeAnnotation(annotation: Annotation, grid = gridOfImage(annotation)): string[] {
  const masks = masksOf(annotation);
  const volumes = volumesByLabel(masks, grid);
  const slices = slicesByLabel(masks);
  const { state, by } = annotation.review;
  const lines = SUBTYPES.flatMap((subtype) => {
    const on = slices[labelOf(subtype)] ?? [];
    if (on.length === 0) return [];
    const where = `${on.length === 1 ? 'slice' : 'slices'} ${ranges(on)}`;
    return [`${subtype} ${milliliters(volumes[labelOf(subtype)] ?? 0)} mL, ${where}`];
  });
  const comments = annotation.slices.flatMap(({ comments: remarks }, k) =>
    remarks.map(
      ({ text, by: who }) => `slice ${k + 1}: ${text.replace(/\s+/g, ' ')}${who === undefined ? '' : ` (${who})`}`,
    ),
  );
  const review = by === undefined ? state : `${state} by ${by}`;
  return [review, ...(lines.length === 0 ? ['no blood in the mask'] : lines), ...comments];
}

/** One decimal, and two significant digits below 1 mL. */
function milliliters(volume: number): string {
  return volume >= 0.95 || volume === 0 ? volume.toFixed(1) : String(Number(volume.toPrecision(2)));
}

/** "14-19, 22" of ascending slices from 0. */
function ranges(slices: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const slice of slices) {
    const last = parts.at(-1);
    if (last?.[1] === slice) last[1] = slice + 1;
    else parts.push([slice + 1, slice + 1]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}
