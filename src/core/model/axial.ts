/**
 * A volume as a stack of axial pictures in radiological orientation, whatever the storage order:
 * x to the patient's left, y to the back, slices towards the head. Models see these pictures; the
 * way back to storage indices is exact, since axes are only exchanged and flipped, never resampled.
 */
import { dot } from '../vec3';
import type { Vec3, Volume } from '../volume';

/** HU that stands for everything outside the picture and for padding voxels. */
export const AIR = -1000;

export interface AxialView {
  /** Pixels of a picture along x and y, and number of pictures. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** mm between pixel centres along x and y. */
  readonly spacing: readonly [number, number];
  /** Linear storage index of pixel (x, y) of picture n: offset + x * steps[0] + y * steps[1] + n * steps[2]. */
  readonly offset: number;
  readonly steps: Vec3;
}

type Axis = 0 | 1 | 2;

const ORDERS: readonly (readonly [Axis, Axis, Axis])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The axial view of a volume: the order and the signs of its index axes that lie closest to left, back and head (LPS). */
export function axialView(volume: Pick<Volume, 'size' | 'spacing' | 'direction' | 'normal'>): AxialView {
  const { size, spacing } = volume;
  // A gantry tilt shears the stack; what counts is how its slice planes lie, hence the normal.
  const axes: readonly [Vec3, Vec3, Vec3] = [volume.direction[0], volume.direction[1], volume.normal];
  const strides: Vec3 = [1, size[0], size[0] * size[1]];
  const closeness = (order: readonly [Axis, Axis, Axis]): number =>
    order.reduce<number>((sum, axis, world) => sum + Math.abs(axes[axis][world as Axis]), 0);
  const order = ORDERS.reduce((best, candidate) => (closeness(candidate) > closeness(best) + 1e-9 ? candidate : best));
  let offset = 0;
  const step = (world: Axis): number => {
    const axis = order[world];
    if (axes[axis][world] >= 0) return strides[axis];
    offset += (size[axis] - 1) * strides[axis];
    return -strides[axis];
  };
  const steps: Vec3 = [step(0), step(1), step(2)];
  const [x, y, z] = order;
  return { width: size[x], height: size[y], depth: size[z], spacing: [spacing[x], spacing[y]], offset, steps };
}

/** HU of picture n, row by row (width * height); padding voxels and values that are no numbers are air. */
export function axialSlice(volume: Volume, view: AxialView, n: number): Float32Array {
  const { voxels, slope, intercept, padding } = volume;
  const { width, height, offset, steps } = view;
  const out = new Float32Array(width * height);
  let pixel = 0;
  for (let y = 0; y < height; y++) {
    let at = offset + n * steps[2] + y * steps[1];
    for (let x = 0; x < width; x++) {
      const raw = Number(voxels[at]);
      const isPadding = padding !== undefined && raw >= padding.from && raw <= padding.to;
      const value = raw * slope + intercept;
      out[pixel++] = isPadding || !Number.isFinite(value) ? AIR : value;
      at += steps[0];
    }
  }
  return out;
}

/** Volume of one voxel of slice k in mL: its area times the extent that its slice stands for. */
export function voxelVolume(volume: Pick<Volume, 'spacing' | 'direction' | 'slices'>, k: number): number {
  const cosine = dot(volume.direction[0], volume.direction[1]);
  const area = volume.spacing[0] * volume.spacing[1] * Math.sqrt(Math.max(0, 1 - cosine * cosine));
  return (area * (volume.slices[k]?.extent ?? 0)) / 1000;
}
