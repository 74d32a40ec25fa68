/** Values of a volume between its voxels, and what stands for "nothing there". */
import type { Vec3, Volume, VoxelArray } from './volume';

/** A new array of the same kind. */
export function sameKind(voxels: VoxelArray, length: number): VoxelArray {
  return new (voxels.constructor as new (length: number) => VoxelArray)(length);
}

const backgrounds = new WeakMap<VoxelArray, number>();

/**
 * Raw value to draw where there are no voxels: air (-1000 HU), or the smallest voxel of volumes
 * that do not reach down to it.
 */
export function backgroundOf({ voxels, slope, intercept }: Volume): number {
  const known = backgrounds.get(voxels);
  if (known !== undefined) return known;
  const air = (-1000 - intercept) / slope;
  const integral = !(voxels instanceof Float32Array || voxels instanceof Float64Array);
  const target = integral ? Math.round(air) : air;
  // Value and raw run in opposite ways under a negative slope.
  const sign = slope < 0 ? -1 : 1;
  let least = Number.POSITIVE_INFINITY;
  for (const voxel of voxels) {
    const value = sign * Number(voxel);
    if (value < least) least = value;
    if (least <= sign * target) break;
  }
  const background = Number.isFinite(least) ? sign * Math.max(least, sign * target) : 0;
  backgrounds.set(voxels, background);
  return background;
}

/** A run of points on a line through a volume, and where their values go. */
export interface SampleRun {
  readonly count: number;
  /** Volume index of the first point; k must lie within the slices. */
  readonly start: Vec3;
  /** From point to point, along i and j; k is the same for all. */
  readonly step: readonly [number, number];
  readonly target: VoxelArray;
  readonly targetStart: number;
  readonly targetStep: number;
}

/**
 * Samples a volume's raw values along a run that stays within one k. Points more than half a voxel
 * outside get the background. Integers are rounded. A point beside padding takes its nearest voxel,
 * since padding is no value to mix with.
 * @param linear Trilinear; otherwise the nearest voxel.
 */
export function sampleRun(volume: Volume, run: SampleRun, linear: boolean): void {
  const { size, padding } = volume;
  const background = backgroundOf(volume);
  const { count, start, step, target, targetStart, targetStep } = run;
  const big = target instanceof BigInt64Array || target instanceof BigUint64Array;
  const integral = !(target instanceof Float32Array || target instanceof Float64Array);
  const source = volume.voxels as Float64Array;
  const out = target as Float64Array;
  const plane = size[0] * size[1];
  const lastK = size[2] - 1;
  const k = Math.min(lastK, Math.max(0, start[2]));
  const k0 = Math.min(Math.floor(k + 1e-9), lastK);
  const k1 = Math.min(k0 + 1, lastK);
  const tk = Math.max(0, k - k0);
  const nearest = Math.round(k) * plane;
  const lower = k0 * plane;
  const upper = tk === 0 ? lower : k1 * plane;
  // An empty range where there is no padding: the test below then costs nothing.
  const padFrom = padding?.from ?? Number.POSITIVE_INFINITY;
  const padTo = padding?.to ?? Number.NEGATIVE_INFINITY;
  const isPadding = (value: number): boolean => value >= padFrom && value <= padTo;
  const at = (offset: number): number => Number(source[offset]);

  for (let n = 0; n < count; n++) {
    const i = start[0] + n * step[0];
    const j = start[1] + n * step[1];
    let value = background;
    if (i >= -0.5 && j >= -0.5 && i <= size[0] - 0.5 && j <= size[1] - 0.5) {
      const ni = Math.min(size[0] - 1, Math.max(0, Math.round(i)));
      const nj = Math.min(size[1] - 1, Math.max(0, Math.round(j)));
      value = at(nearest + nj * size[0] + ni);
      if (linear && !isPadding(value)) {
        const i0 = Math.max(0, Math.floor(i));
        const j0 = Math.max(0, Math.floor(j));
        const ti = Math.max(0, i - i0);
        const tj = Math.max(0, j - j0);
        const corner = j0 * size[0] + i0;
        const right = corner + (i0 + 1 < size[0] ? 1 : 0);
        const down = j0 + 1 < size[1] ? size[0] : 0;
        let mixesPadding = false;
        const layer = (base: number): number => {
          const a = at(base + corner);
          const b = at(base + right);
          const c = at(base + corner + down);
          const d = at(base + right + down);
          if (isPadding(a) || isPadding(b) || isPadding(c) || isPadding(d)) mixesPadding = true;
          return (a * (1 - ti) + b * ti) * (1 - tj) + (c * (1 - ti) + d * ti) * tj;
        };
        const below = layer(lower);
        const mixed = tk === 0 ? below : below * (1 - tk) + layer(upper) * tk;
        if (!mixesPadding) value = integral ? Math.round(mixed) : mixed;
      }
    }
    const to = targetStart + n * targetStep;
    if (big) (target as BigInt64Array)[to] = BigInt(value);
    else out[to] = value;
  }
}
