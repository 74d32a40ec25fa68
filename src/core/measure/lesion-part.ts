/** What of a lesion lies in one slice, measured once as long as the slice stays as it is. */
import { type HuSource, huReader } from '../edit/options';
import type { Vec3 } from '../volume';
import { components } from './components';

/** Voxels to measure HU on, of the mask's size [columns, rows, slices]. */
export type MeasuredScan = HuSource & { readonly size: Vec3 };

/** Count, mean and sum of squared deviations. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly squares: number;
}

/** Voxels of one label that are connected within a slice. */
export interface LesionPart {
  readonly slice: number;
  readonly label: number;
  readonly runs: Uint32Array;
  readonly voxels: number;
  /** Sums of column and row over the voxels. */
  readonly sumI: number;
  readonly sumJ: number;
  /** HU, padding left out; of no voxels without a scan. */
  readonly hu: Moments;
}

const NOTHING: Moments = { count: 0, mean: 0, squares: 0 };

/** The connected parts of a slice, in order of their first run. */
export function partsOf(slice: number, runs: Uint32Array, scan?: MeasuredScan): LesionPart[] {
  return components([{ slice, runs }]).map(({ label, slices, voxels }) => {
    const own = slices[0]?.runs ?? new Uint32Array(0);
    let [sumI, sumJ] = [0, 0];
    for (let n = 0; n < own.length; n += 4) {
      const [row = 0, start = 0, length = 0] = own.subarray(n + 1, n + 4);
      sumI += length * (start + (length - 1) / 2);
      sumJ += length * row;
    }
    return { slice, label, runs: own, voxels, sumI, sumJ, hu: scan ? momentsOf(slice, own, scan) : NOTHING };
  });
}

/** Moments of several sets of voxels together (Chan et al., The American Statistician 1983; 37:242). */
export function joinMoments(sets: readonly Moments[]): Moments {
  return sets.reduce((a, b) => {
    const count = a.count + b.count;
    if (count === 0) return NOTHING;
    const off = b.mean - a.mean;
    return {
      count,
      mean: a.mean + (off * b.count) / count,
      squares: a.squares + b.squares + (off * off * a.count * b.count) / count,
    };
  }, NOTHING);
}

/** By Welford's recurrence. */
function momentsOf(slice: number, runs: Uint32Array, scan: MeasuredScan): Moments {
  const [width, height] = scan.size;
  const read = huReader(scan);
  let [count, mean, squares] = [0, 0, 0];
  for (let n = 0; n < runs.length; n += 4) {
    const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
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
  return { count, mean, squares };
}
