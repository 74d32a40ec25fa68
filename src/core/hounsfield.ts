/** Voxels in the values they stand for (HU for CT), in the smallest type that holds them without loss. */
import type { Volume, VoxelArray } from './volume';

export interface ScaledVoxels {
  readonly voxels: VoxelArray;
  /** What is left to apply: value = voxel * slope + intercept. 1 and 0 unless that would lose something. */
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Applies slope and intercept where the result is exact: stored values without scaling stay as they
 * are; integers with whole slope and intercept become 16- or 32-bit integers; other integers stay
 * as stored with their scaling beside them if single precision (which file formats use for it) holds
 * it, and become doubles otherwise. Floating-point voxels become doubles unless there is nothing to apply.
 */
export function toValues({ voxels, slope, intercept }: Pick<Volume, 'voxels' | 'slope' | 'intercept'>): ScaledVoxels {
  if (slope === 1 && intercept === 0) return { voxels, slope, intercept };
  const isFloat = voxels instanceof Float32Array || voxels instanceof Float64Array;
  if (!isFloat && Number.isInteger(slope) && Number.isInteger(intercept)) {
    const [low, high] = range(voxels, slope, intercept);
    if (low >= -(2 ** 15) && high < 2 ** 15) return scaled(voxels, slope, intercept, Int16Array);
    if (low >= -(2 ** 31) && high < 2 ** 31) return scaled(voxels, slope, intercept, Int32Array);
  }
  if (!isFloat && Math.fround(slope) === slope && Math.fround(intercept) === intercept)
    return { voxels, slope, intercept };
  return scaled(voxels, slope, intercept, Float64Array);
}

function range(voxels: VoxelArray, slope: number, intercept: number): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const voxel of voxels) {
    const value = Number(voxel) * slope + intercept;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function scaled(
  voxels: VoxelArray,
  slope: number,
  intercept: number,
  type: new (length: number) => Int16Array | Int32Array | Float64Array,
): ScaledVoxels {
  const out = new type(voxels.length);
  for (let n = 0; n < out.length; n++) out[n] = Number(voxels[n]) * slope + intercept;
  return { voxels: out, slope: 1, intercept: 0 };
}
