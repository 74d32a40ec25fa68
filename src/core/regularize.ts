/** Resampling a stack of slices with tilt or uneven spacing onto a regular grid whose slices lie straight above each other. */
import { geometryFromSlices, worldToIndex } from './geometry';
import { addScaled, dot, scale } from './vec3';
import type { Vec3, Volume, VoxelArray } from './volume';

/** Positions within this part of a voxel need no interpolation: readers round differently. */
const ON_GRID = 1e-3;

/**
 * The volume on a regular, perpendicular grid: same in-plane axes and pixels, slices at one distance
 * along the normal, the picture as large as needed to hold every slice. Linear between slices and
 * pixels; integers are rounded; what no slice covers gets the lowest value of the scan. A volume that
 * is regular and not tilted comes back as it is.
 */
export function regularize(volume: Volume): Volume {
  if (volume.regular && volume.tilt === 0) return volume;
  const { slices, normal, direction, spacing } = volume;
  const first = slices[0]?.location ?? 0;
  const length = (slices.at(-1)?.location ?? first) - first;
  const step = usualStep(volume);
  const depth = Math.max(1, Math.ceil(length / step - ON_GRID) + 1);
  // Where each slice's first pixel lies on the picture of a straight stack above the first slice.
  const offsets = slices.map(({ position }) => inPlaneIndex(volume, 0, position));
  const [left, right] = bounds(offsets.map((offset) => offset[0]));
  const [top, bottom] = bounds(offsets.map((offset) => offset[1]));
  const [width, height] = [volume.size[0] + right - left, volume.size[1] + bottom - top];
  const corner = addScaled(
    addScaled(slices[0]?.position ?? volume.origin, direction[0], left * spacing[0]),
    direction[1],
    top * spacing[1],
  );
  const positions = Array.from({ length: depth }, (_, k) => addScaled(corner, normal, k * step));
  const voxels = emptyLike(volume.voxels, width * height * depth);
  fill(voxels, lowest(volume.voxels));
  positions.forEach((position, k) => {
    const { low, t } = split(worldToIndex(volume, position)[2]);
    const out = voxels.subarray(k * width * height, (k + 1) * width * height);
    // The last output slice may lie up to one step beyond the scan: it repeats the last slice.
    const [below, above] = [low, low + 1].map((index) => Math.min(Math.max(0, index), slices.length - 1)) as [
      number,
      number,
    ];
    blendSlices(
      volume,
      position,
      [
        [below, 1 - t],
        [above, t],
      ],
      out,
      width,
      height,
    );
  });
  const geometry = geometryFromSlices(
    [direction[0], direction[1]],
    [spacing[0], spacing[1]],
    [width, height],
    positions,
    [],
    scale(normal, step),
  );
  return { ...volume, ...geometry, regular: true, tilt: 0, voxels };
}

/** Lower quartile of the gaps: resolution of the finer part is kept, and one odd gap decides nothing. */
function usualStep({ slices, spacing }: Volume): number {
  const gaps = slices.slice(1).map(({ location }, n) => location - (slices[n]?.location ?? 0));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 4)] ?? spacing[2];
}

/** Whole pixels that hold all offsets. */
function bounds(offsets: readonly number[]): [number, number] {
  return [Math.floor(Math.min(...offsets) + ON_GRID), Math.ceil(Math.max(...offsets) - ON_GRID)];
}

/** Fractional (i, j) in slice k of a point, seen along the normal. */
function inPlaneIndex(volume: Volume, k: number, point: Vec3): readonly [number, number] {
  const slices = volume.slices.slice(k, k + 1);
  const away = dot(point, volume.normal) - (slices[0]?.location ?? 0);
  const [i, j] = worldToIndex({ ...volume, slices }, addScaled(point, volume.normal, -away));
  return [i, j];
}

/** Fills a picture whose pixel (0, 0) lies at `corner` with the weighted mean of slices, seen along the normal; pixels that one of them does not cover stay. */
function blendSlices(
  volume: Volume,
  corner: Vec3,
  sources: readonly (readonly [k: number, weight: number])[],
  out: VoxelArray,
  width: number,
  height: number,
): void {
  const sum = new Float64Array(width * height);
  for (const [k, weight] of sources) {
    if (weight > 0) addSlice(volume, k, inPlaneIndex(volume, k, corner), weight, sum, width, height);
  }
  const isInteger = !(out instanceof Float32Array || out instanceof Float64Array);
  sum.forEach((value, pixel) => {
    if (!Number.isNaN(value)) store(out, pixel, isInteger ? Math.round(value) : value);
  });
}

/** Adds slice k, linear between pixels, to a picture whose pixel (0, 0) lies at `start` (i, j) of it; NaN where the slice is not. */
function addSlice(
  { voxels, size }: Volume,
  k: number,
  start: readonly [number, number],
  weight: number,
  sum: Float64Array,
  width: number,
  height: number,
): void {
  const [i, j] = [split(start[0]), split(start[1])];
  const at = (x: number, y: number): number => Number(voxels[(k * size[1] + y) * size[0] + x]);
  for (let y = 0; y < height; y++) {
    const y0 = y + j.low;
    const y1 = j.t > 0 ? y0 + 1 : y0;
    for (let x = 0; x < width; x++) {
      const x0 = x + i.low;
      const x1 = i.t > 0 ? x0 + 1 : x0;
      const inside = x0 >= 0 && x1 < size[0] && y0 >= 0 && y1 < size[1];
      const value = inside
        ? (at(x0, y0) * (1 - i.t) + at(x1, y0) * i.t) * (1 - j.t) + (at(x0, y1) * (1 - i.t) + at(x1, y1) * i.t) * j.t
        : Number.NaN;
      sum[y * width + x] = (sum[y * width + x] ?? 0) + weight * value;
    }
  }
}

interface Split {
  readonly low: number;
  readonly t: number;
}

function split(value: number): Split {
  const nearest = Math.round(value);
  if (Math.abs(value - nearest) < ON_GRID) return { low: nearest, t: 0 };
  return { low: Math.floor(value), t: value - Math.floor(value) };
}

function emptyLike(voxels: VoxelArray, length: number): VoxelArray {
  return new (voxels.constructor as new (length: number) => VoxelArray)(length);
}

function store(voxels: VoxelArray, at: number, value: number): void {
  if (voxels instanceof BigInt64Array || voxels instanceof BigUint64Array) voxels[at] = BigInt(value);
  else voxels[at] = value;
}

function fill(voxels: VoxelArray, value: number): void {
  if (voxels instanceof BigInt64Array || voxels instanceof BigUint64Array) voxels.fill(BigInt(value));
  else voxels.fill(value);
}

function lowest(voxels: VoxelArray): number {
  let found = Number.POSITIVE_INFINITY;
  for (const voxel of voxels) if (Number(voxel) < found) found = Number(voxel);
  return Number.isFinite(found) ? found : 0;
}
