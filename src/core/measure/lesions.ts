/** Lesions, which are the connected parts of a mask, and what can be measured on them. */
import type { SliceRuns } from '../annotation/runs';
import { type Subtype, subtypeOf } from '../annotation/subtype';
import { type HuSource, huReader } from '../edit/options';
import { addScaled } from '../vec3';
import type { Vec3 } from '../volume';
import { abcHalf } from './abc';
import { type Component, components } from './components';
import { type MeasureGrid, voxelVolume } from './grid';

export interface Lesion {
  /** From 1, in the order of the list: larger volumes first. */
  readonly number: number;
  readonly subtype: Subtype;
  readonly voxels: number;
  /** mL, every slice with its own extent. */
  readonly volume: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  /** The lesion alone, by slice. */
  readonly masks: readonly SliceRuns[];
  /** Centre of volume: fractional index (i, j, k) and LPS mm. */
  readonly centroid: Vec3;
  readonly centroidWorld: Vec3;
  /** Estimate of the volume by ABC/2, mL; see abc.ts. */
  readonly abcHalf: number;
  /** Mean and standard deviation of HU over its voxels (padding left out); undefined without voxels to measure. */
  readonly hu?: { readonly mean: number; readonly sd: number };
}

/** Lesions of a mask. `scan` with the voxels of the same size [columns, rows] adds HU. */
export function measureLesions(
  masks: readonly SliceRuns[],
  grid: MeasureGrid,
  scan?: HuSource & { readonly size: Vec3 },
): Lesion[] {
  return components(masks)
    .map((part) => measure(part, grid, scan))
    .filter((lesion) => lesion !== undefined)
    .sort((a, b) => b.volume - a.volume || a.firstSlice - b.firstSlice)
    .map((lesion, n) => ({ number: n + 1, ...lesion }));
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

function measure(
  { label, slices, voxels }: Component,
  grid: MeasureGrid,
  scan?: HuSource & { readonly size: Vec3 },
): Omit<Lesion, 'number'> | undefined {
  const subtype = subtypeOf(label);
  if (subtype === undefined) return undefined;
  let volume = 0;
  const moment = [0, 0, 0];
  let world: Vec3 = [0, 0, 0];
  for (const { slice, runs } of slices) {
    const unit = voxelVolume(grid, slice);
    let [count, sumI, sumJ] = [0, 0, 0];
    for (let n = 0; n < runs.length; n += 4) {
      const [, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      count += length;
      sumI += length * (start + (length - 1) / 2);
      sumJ += length * row;
    }
    volume += count * unit;
    [sumI, sumJ, count * slice].forEach((sum, axis) => {
      moment[axis] = (moment[axis] ?? 0) + sum * unit;
    });
    world = addScaled(world, grid.positions[slice] ?? [0, 0, 0], count * unit);
    world = addScaled(addScaled(world, grid.column, sumI * unit), grid.row, sumJ * unit);
  }
  const [i = 0, j = 0, k = 0] = moment.map((sum) => sum / volume);
  const hu = scan && statistics(slices, scan);
  return {
    subtype,
    voxels,
    volume,
    firstSlice: slices[0]?.slice ?? 0,
    lastSlice: slices.at(-1)?.slice ?? 0,
    masks: slices,
    centroid: [i, j, k],
    centroidWorld: [world[0] / volume, world[1] / volume, world[2] / volume],
    abcHalf: abcHalf(slices, grid),
    ...(hu ? { hu } : {}),
  };
}

/** Mean and SD (of the voxels as a population), by Welford's recurrence. */
function statistics(
  slices: readonly SliceRuns[],
  scan: HuSource & { readonly size: Vec3 },
): { mean: number; sd: number } | undefined {
  const [width, height] = scan.size;
  const read = huReader(scan);
  let [count, mean, squares] = [0, 0, 0];
  for (const { slice, runs } of slices) {
    for (let n = 0; n < runs.length; n += 4) {
      const [, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      const first = (slice * height + row) * width + start;
      for (let at = first; at < first + length; at++) {
        const value = read(at);
        if (Number.isNaN(value)) continue;
        count++;
        const off = value - mean;
        mean += off / count;
        squares += off * (value - mean);
      }
    }
  }
  return count === 0 ? undefined : { mean, sd: Math.sqrt(squares / count) };
}
