/**
 * A volume as a stack of axial pictures, turned as a network wants them, whatever the storage order.
 * The way back to storage indices is exact, since axes are only exchanged and flipped, never
 * resampled.
 */
import type { Vec3, Volume } from '../volume';
import { AXIAL_RADIOLOGICAL, type Heading, type Orientation } from './orientation';

/** HU that stands for everything outside the picture and for padding voxels. */
export const AIR = -1000;

export interface AxialView {
  /** Pixels of a picture along x (columns) and y (rows), and number of pictures. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** mm between pixel centres along x and y. */
  readonly spacing: readonly [number, number];
  /** Linear storage index of pixel (x, y) of picture n: offset + x * steps[0] + y * steps[1] + n * steps[2]. */
  readonly offset: number;
  readonly steps: Vec3;
}

export type Axis = 0 | 1 | 2;

const ORDERS: readonly (readonly [Axis, Axis, Axis])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** An index axis of a volume, and whether it is followed upwards or downwards. */
export interface Step {
  readonly axis: Axis;
  readonly sign: 1 | -1;
}

/**
 * The volume's index axes that lie closest to an orientation's columns, rows and depth. A gantry tilt
 * shears the stack; what counts is how its slice planes lie, hence the normal for the third axis.
 */
export function closestAxes(
  { direction, normal }: Pick<Volume, 'direction' | 'normal'>,
  { columns, rows, depth }: Orientation,
): readonly [Step, Step, Step] {
  const axes: readonly [Vec3, Vec3, Vec3] = [direction[0], direction[1], normal];
  const closeness = (order: readonly [Axis, Axis, Axis]): number =>
    order.reduce<number>((sum, axis, world) => sum + Math.abs(axes[axis][world as Axis]), 0);
  const order = ORDERS.reduce((best, candidate) => (closeness(candidate) > closeness(best) + 1e-9 ? candidate : best));
  const step = ({ world, sign }: Heading): Step => {
    const axis = order[world];
    return { axis, sign: axes[axis][world] * sign >= 0 ? 1 : -1 };
  };
  return [step(columns), step(rows), step(depth)];
}

/** The view of a volume as pictures of that orientation; by default of the radiological one (x to the patient's left, y to the back, n to the head). */
export function axialView(
  volume: Pick<Volume, 'size' | 'spacing' | 'direction' | 'normal'>,
  orientation: Orientation = AXIAL_RADIOLOGICAL,
): AxialView {
  const { size, spacing, direction, normal } = volume;
  const strides: Vec3 = [1, size[0], size[0] * size[1]];
  const along = closestAxes(volume, orientation);
  // A volume's third spacing is along the normal; under a shear the step from pixel to pixel is longer.
  const [a, b] = [direction[2], normal];
  const cosine = Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
  const lengths: Vec3 = [spacing[0], spacing[1], spacing[2] / cosine];
  const [x, y, z] = along;
  let offset = 0;
  for (const { axis, sign } of along) if (sign < 0) offset += (size[axis] - 1) * strides[axis];
  return {
    width: size[x.axis],
    height: size[y.axis],
    depth: size[z.axis],
    spacing: [lengths[x.axis], lengths[y.axis]],
    offset,
    steps: [x.sign * strides[x.axis], y.sign * strides[y.axis], z.sign * strides[z.axis]],
  };
}

/** The slices as they are stored, as a view: x is i, y is j, n is k. */
export function storedView({ size, spacing }: Pick<Volume, 'size' | 'spacing'>): AxialView {
  const [width, height, depth] = size;
  return { width, height, depth, spacing: [spacing[0], spacing[1]], offset: 0, steps: [1, width, width * height] };
}

/**
 * HU of picture n, row by row (width * height); padding voxels and values that are no numbers are `outside`.
 * @param out Filled where it is given.
 */
export function axialSlice(
  volume: Pick<Volume, 'voxels' | 'slope' | 'intercept' | 'padding'>,
  view: AxialView,
  n: number,
  outside = AIR,
  out: Float32Array = new Float32Array(view.width * view.height),
): Float32Array {
  const { voxels, slope, intercept, padding } = volume;
  const { width, height, offset, steps } = view;
  const [step, rowStep] = steps;
  const isInteger = !(voxels instanceof Float32Array || voxels instanceof Float64Array);
  const isBig = voxels instanceof BigInt64Array || voxels instanceof BigUint64Array;
  for (let y = 0; y < height; y++) {
    const from = offset + n * steps[2] + y * rowStep;
    const to = y * width;
    if (isInteger && !isBig && padding === undefined) {
      // By far the most frequent kind of scan, at a third of the time.
      for (let x = 0, at = from; x < width; x++, at += step) out[to + x] = (voxels[at] as number) * slope + intercept;
    } else {
      for (let x = 0, at = from; x < width; x++, at += step) {
        const raw = Number(voxels[at]);
        const isPadding = padding !== undefined && raw >= padding.from && raw <= padding.to;
        const value = raw * slope + intercept;
        out[to + x] = isPadding || !Number.isFinite(value) ? outside : value;
      }
    }
  }
  return out;
}
