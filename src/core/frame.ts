/**
 * Grids on which a volume is shown or resampled: the stored one, and a regular one with three
 * perpendicular axes, along the slices' rows and along their normal, on which a tilted, sheared or
 * unevenly spaced volume looks as the patient does.
 */
import { indexToWorld, worldToIndex } from './geometry';
import { addScaled, cross, dot, normalize, scale } from './vec3';
import type { Vec3, Volume } from './volume';

export interface Frame {
  readonly size: Vec3;
  /** mm between points along each axis. */
  readonly spacing: Vec3;
  /** Unit LPS vectors of the axes. */
  readonly direction: readonly [Vec3, Vec3, Vec3];
  /** LPS mm of point (0, 0, 0). */
  readonly origin: Vec3;
  /** True if points and voxels are the same, so that nothing is interpolated. */
  readonly stored: boolean;
  /** Volume index (fractional) of a grid point (fractional). */
  toIndex(point: Vec3): Vec3;
  /** Grid point of a volume index: the inverse. */
  fromIndex(index: Vec3): Vec3;
}

/** Cosine of the angle between axes that counts as a right angle: 0.03 degrees, well above float32 rounding. */
const RIGHT_ANGLE = 5e-4;

/** True if the stored grid is regular and its three axes are perpendicular. */
export function isOrthogonal(volume: Pick<Volume, 'regular' | 'direction'>): boolean {
  const [x, y, z] = volume.direction;
  const perpendicular = (a: Vec3, b: Vec3): boolean => Math.abs(dot(a, b)) < RIGHT_ANGLE;
  return volume.regular && perpendicular(x, y) && perpendicular(y, z) && perpendicular(x, z);
}

/** The voxels as they are stored. */
export function storedFrame(volume: Volume): Frame {
  const { size, spacing, direction, origin, normal } = volume;
  const same = (point: Vec3): Vec3 => point;
  return {
    size,
    spacing,
    direction: [direction[0], direction[1], normal],
    origin,
    stored: true,
    toIndex: same,
    fromIndex: same,
  };
}

/**
 * The smallest regular, perpendicular grid that holds every voxel centre of the volume: axis 0
 * along the rows, axis 2 along the normal from the first slice to the last, which both lie on it.
 * @param sliceSpacing Wanted mm along the normal; adjusted so that the last slice lies on the grid.
 */
export function regularFrame(volume: Volume, sliceSpacing: number): Frame {
  const { size, spacing, direction, slices, normal } = volume;
  const x = direction[0];
  // In the slice plane, perpendicular to the rows, on the side to which j increases.
  const across = normalize(cross(normal, x));
  const y = dot(across, direction[1]) < 0 ? scale(across, -1) : across;
  const xSpacing = spacing[0];
  const ySpacing = spacing[1] * dot(direction[1], y);

  // The columns lean by this much along the rows if the axes are sheared.
  const lean = spacing[1] * (size[1] - 1) * dot(direction[1], x);
  const starts = slices.map(({ position }) => ({ x: dot(position, x), y: dot(position, y) }));
  const xs = starts.map((start) => start.x);
  const ys = starts.map((start) => start.y);
  const left = min(xs) + Math.min(0, lean);
  const top = min(ys);
  const columns = steps(max(xs) + Math.max(0, lean) - left, xSpacing) + size[0];
  const rows = steps(max(ys) - top, ySpacing) + size[1];

  const first = slices[0]?.location ?? 0;
  const height = (slices.at(-1)?.location ?? first) - first;
  const layers = height > 0 ? Math.max(1, Math.round(height / sliceSpacing)) + 1 : 1;
  const zSpacing = layers > 1 ? height / (layers - 1) : spacing[2];

  const axes = [x, y, normal] as const;
  const steppings: Vec3 = [xSpacing, ySpacing, zSpacing];
  const origin = addScaled(addScaled(scale(x, left), y, top), normal, first);
  return {
    size: [columns, rows, layers],
    spacing: steppings,
    direction: axes,
    origin,
    stored: false,
    toIndex(point) {
      let world = origin;
      for (const axis of [0, 1, 2] as const) world = addScaled(world, axes[axis], point[axis] * steppings[axis]);
      return worldToIndex(volume, world);
    },
    fromIndex(index) {
      const world = indexToWorld(volume, index);
      return [
        (dot(world, x) - left) / xSpacing,
        (dot(world, y) - top) / ySpacing,
        (dot(world, normal) - first) / zSpacing,
      ];
    },
  };
}

/** Whole steps that cover a length; rounding errors do not add one. */
function steps(length: number, step: number): number {
  return Math.ceil(length / step - 1e-3);
}

function min(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function max(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
