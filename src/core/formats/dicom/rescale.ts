/** One slope and intercept for slices that were stored with different ones. */

import { type FrameArray, types } from './samples';
import type { DicomSlice } from './slice';

type VoxelType = (typeof types)[keyof typeof types];

export interface CommonScale {
  readonly slope: number;
  readonly intercept: number;
  readonly type: VoxelType;
  /** Raw value of slice k becomes raw * factor[k] + offset[k]; undefined if all slices stay as they are. */
  readonly convert: readonly { readonly factor: number; readonly offset: number }[] | undefined;
}

const typeOf = (name: string): VoxelType => types[name as keyof typeof types];

/**
 * Finds the scale of the whole volume. Slices that differ are brought to a common one with integer
 * voxels if every value stays exact, otherwise to 32-bit floats of the rescaled value itself.
 */
export function commonScale(slices: readonly DicomSlice[]): CommonScale {
  const [first] = slices;
  if (first === undefined) return { slope: 1, intercept: 0, type: types.int16, convert: undefined };
  const { slope, intercept, typeName } = first;
  if (slices.every((slice) => slice.slope === slope && slice.intercept === intercept && slice.typeName === typeName))
    return { slope, intercept, type: typeOf(typeName), convert: undefined };
  return integerScale(slices) ?? floatScale(slices);
}

function floatScale(slices: readonly DicomSlice[]): CommonScale {
  const convert = slices.map(({ slope, intercept }) => ({ factor: slope, offset: intercept }));
  return { slope: 1, intercept: 0, type: types.float32, convert };
}

function integerScale(slices: readonly DicomSlice[]): CommonScale | undefined {
  if (slices.some(({ typeName }) => typeName.startsWith('float'))) return undefined;
  const slopes = slices.map(({ slope }) => Math.abs(slope));
  const intercepts = slices.map(({ intercept }) => intercept);
  const integers = [...slopes, ...intercepts].every(Number.isInteger);
  const slope = integers ? slopes.reduce(greatestDivisor) : Math.min(...slopes);
  const intercept = intercepts[0] ?? 0;
  const convert = slices.map((slice) => ({
    factor: nearInteger(slice.slope / slope),
    offset: nearInteger((slice.intercept - intercept) / slope),
  }));
  if (!convert.every(({ factor, offset }) => Number.isInteger(factor) && Number.isInteger(offset)))
    return integers ? shiftToWhole(slices) : undefined;
  return scaleOf(slices, slope, intercept, convert);
}

/** Integers everywhere: the rescaled value itself is an integer. */
function shiftToWhole(slices: readonly DicomSlice[]): CommonScale | undefined {
  const convert = slices.map(({ slope, intercept }) => ({ factor: slope, offset: intercept }));
  return scaleOf(slices, 1, 0, convert);
}

function scaleOf(
  slices: readonly DicomSlice[],
  slope: number,
  intercept: number,
  convert: readonly { readonly factor: number; readonly offset: number }[],
): CommonScale | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  slices.forEach(({ stored }, k) => {
    const { factor, offset } = convert[k] ?? { factor: 1, offset: 0 };
    for (const end of range(stored.voxels)) {
      low = Math.min(low, end * factor + offset);
      high = Math.max(high, end * factor + offset);
    }
  });
  const type = [
    { type: types.uint8, low: 0, high: 255 },
    { type: types.int16, low: -0x8000, high: 0x7fff },
    { type: types.uint16, low: 0, high: 0xffff },
    { type: types.int32, low: -0x80000000, high: 0x7fffffff },
  ].find((candidate) => low >= candidate.low && high <= candidate.high)?.type;
  return type && { slope, intercept, type, convert };
}

function range(voxels: FrameArray): [number, number] {
  let low = voxels[0] ?? 0;
  let high = low;
  for (let n = 1; n < voxels.length; n++) {
    const value = voxels[n] ?? 0;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return [low, high];
}

/** The quotient of decimal strings is an integer up to rounding. */
function nearInteger(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - rounded) < 1e-9 * Math.max(1, Math.abs(rounded)) ? rounded : value;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Fills `target` with the slices' voxels on the common scale. */
export function convertVoxels(slices: readonly DicomSlice[], { type, convert }: CommonScale): FrameArray {
  const length = slices[0]?.stored.voxels.length ?? 0;
  const target = type.create(length * slices.length);
  slices.forEach(({ stored }, k) => {
    const { factor, offset } = convert?.[k] ?? { factor: 1, offset: 0 };
    const base = k * length;
    for (let n = 0; n < length; n++) target[base + n] = (stored.voxels[n] ?? 0) * factor + offset;
  });
  return target;
}
