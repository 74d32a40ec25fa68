/**
 * Where voxels are: index to LPS world and back, affines, anatomical letters.
 *
 * Within a slice the mapping is affine (axes need not be perpendicular); from slice to slice it
 * follows the slices' own positions, so tilted and unevenly spaced stacks map exactly.
 */
import { analyzeSlices, sliceExtents } from './slices';
import { addScaled, cross, dot, negate, norm, normalize, scale, subtract } from './vec3';
import type { Slice, Vec3, Volume } from './volume';

/** Row-major 4x4 (16 numbers); last row 0 0 0 1. */
export type Affine = readonly number[];

/** The part of a volume that says where its voxels are. */
export type Geometry = Pick<
  Volume,
  'size' | 'spacing' | 'origin' | 'direction' | 'normal' | 'slices' | 'regular' | 'tilt'
>;

type Placement = Pick<Volume, 'slices' | 'direction' | 'spacing'>;

/** The slice at or below a fractional k, and the step (LPS mm) from it to the next. */
function segment({ slices, direction, spacing }: Placement, below: number): { start: Vec3; step: Vec3 } {
  const start = slices[below]?.position ?? [0, 0, 0];
  const next = slices[below + 1]?.position;
  return { start, step: next ? subtract(next, start) : scale(direction[2], spacing[2]) };
}

/**
 * LPS mm of a (possibly fractional) index; between uneven slices k interpolates linearly, beyond
 * the ends it extrapolates by the end's own step.
 */
export function indexToWorld(volume: Placement, index: Vec3): Vec3 {
  const { direction, spacing } = volume;
  const below = Math.max(0, Math.min(volume.slices.length - 2, Math.floor(index[2])));
  const { start, step } = segment(volume, below);
  const slicePoint = addScaled(start, step, index[2] - below);
  const columnPoint = addScaled(slicePoint, direction[0], index[0] * spacing[0]);
  return addScaled(columnPoint, direction[1], index[1] * spacing[1]);
}

/** Fractional index (i, j, k) of an LPS point, mm: the inverse of `indexToWorld`, beyond the ends too. */
export function worldToIndex(volume: Placement & Pick<Volume, 'normal'>, world: Vec3): Vec3 {
  const { slices, direction, spacing, normal } = volume;
  const location = dot(world, normal);
  let low = 0;
  let high = Math.max(0, slices.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((slices[middle]?.location ?? 0) <= location) low = middle;
    else high = middle - 1;
  }
  const { start, step } = segment(volume, low);
  const rise = dot(step, normal);
  const t = rise === 0 ? 0 : (location - dot(start, normal)) / rise;
  const inPlane = subtract(world, addScaled(start, step, t));
  // Solve inPlane = a * direction[0] + b * direction[1] by the normal equations: axes may be sheared.
  const c = dot(direction[0], direction[1]);
  const p = dot(inPlane, direction[0]);
  const q = dot(inPlane, direction[1]);
  const determinant = 1 - c * c;
  return [(p - c * q) / determinant / spacing[0], (q - c * p) / determinant / spacing[1], low + t];
}

/**
 * LPS affine of index to world. Exact if the volume is regular; of an uneven one the third column
 * is the mean step, so only its first and last slice are where it says.
 */
export function affineOf(
  volume: Pick<Volume, 'direction' | 'spacing'> & { readonly slices: readonly Pick<Slice, 'position'>[] },
): Affine {
  const { slices, direction, spacing } = volume;
  const first = slices[0]?.position ?? [0, 0, 0];
  const last = slices.at(-1)?.position ?? first;
  const x = scale(direction[0], spacing[0]);
  const y = scale(direction[1], spacing[1]);
  const z = slices.length > 1 ? scale(subtract(last, first), 1 / (slices.length - 1)) : scale(direction[2], spacing[2]);
  return [x[0], y[0], z[0], first[0], x[1], y[1], z[1], first[1], x[2], y[2], z[2], first[2], 0, 0, 0, 1];
}

/** Column c of an affine: the step of axis c, or the origin for 3. */
export function affineColumn(affine: Affine, c: 0 | 1 | 2 | 3): Vec3 {
  return [affine[c] ?? 0, affine[4 + c] ?? 0, affine[8 + c] ?? 0];
}

/** The same affine with world x and y negated: RAS to LPS, and LPS to RAS. */
export function flipXY(affine: Affine): Affine {
  // 0 - v, so that no zero turns negative.
  return affine.map((value, n) => (n < 8 ? 0 - value : value));
}

/** True if the affine is finite and its three axes span space, so that it can be inverted. */
export function isUsableAffine(affine: Affine): boolean {
  if (affine.length !== 16 || !affine.every(Number.isFinite)) return false;
  const [x, y, z] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  if (norm(x) === 0 || norm(y) === 0 || norm(z) === 0) return false;
  return Math.abs(dot(cross(normalize(x), normalize(y)), normalize(z))) > 1e-4;
}

/**
 * Geometry of a regular volume from an LPS affine that is usable (`isUsableAffine`).
 * @returns also `shear`, the deviation of the in-plane axes from a right angle, degrees.
 */
export function geometryFromAffine(affine: Affine, size: Vec3): Geometry & { readonly shear: number } {
  const [x, y, z] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  const origin = affineColumn(affine, 3);
  const positions = Array.from({ length: size[2] }, (_, k) => addScaled(origin, z, k));
  const geometry = geometryFromSlices(
    [normalize(x), normalize(y)],
    [norm(x), norm(y)],
    [size[0], size[1]],
    positions,
    [],
    z,
  );
  const cosine = Math.min(1, Math.abs(dot(geometry.direction[0], geometry.direction[1])));
  return { ...geometry, regular: true, shear: (Math.asin(cosine) * 180) / Math.PI };
}

/** What else is known of a slice than its position. */
export type SliceSource = Pick<Slice, 'thickness' | 'source' | 'sopInstanceUid' | 'frame'>;

/**
 * Geometry of a stack of parallel slices in k order, by the rules of `Volume`.
 * @param axes Unit LPS directions of increasing i and j.
 * @param pixelSpacing mm between voxel centres along i and j.
 * @param inPlaneSize Number of voxels along i and j.
 * @param positions LPS mm of voxel (0, 0, k), monotonic along the normal (either way), none twice.
 * @param sources What else is known of each slice.
 * @param singleStep Step to the next slice (LPS mm) for a stack of one; without it the slice's thickness (or 1 mm) along the normal.
 */
export function geometryFromSlices(
  axes: readonly [Vec3, Vec3],
  pixelSpacing: readonly [number, number],
  inPlaneSize: readonly [number, number],
  positions: readonly Vec3[],
  sources: readonly SliceSource[] = [],
  singleStep?: Vec3,
): Geometry {
  const origin = positions[0] ?? [0, 0, 0];
  const perpendicular = normalize(cross(axes[0], axes[1]));
  const step = positions.length > 1 ? subtract(positions.at(-1) ?? origin, origin) : singleStep;
  const normal = step && dot(step, perpendicular) < 0 ? negate(perpendicular) : perpendicular;
  const thicknesses = positions.map((_, k) => sources[k]?.thickness);
  const analysis = analyzeSlices(positions, normal, thicknesses);
  const alone = singleStep ?? scale(normal, thicknesses[0] ?? 1);
  const lone = positions.length < 2;
  const locations = positions.map((position) => dot(position, normal));
  const extents = lone ? [thicknesses[0] ?? dot(alone, normal)] : sliceExtents(locations, thicknesses);
  return {
    size: [inPlaneSize[0], inPlaneSize[1], positions.length],
    spacing: [pixelSpacing[0], pixelSpacing[1], lone ? dot(alone, normal) : (analysis.spacing ?? 1)],
    origin,
    direction: [axes[0], axes[1], lone ? normalize(alone) : analysis.step],
    normal,
    slices: positions.map((position, k) => ({
      ...sources[k],
      position,
      location: locations[k] ?? 0,
      extent: extents[k] ?? 0,
    })),
    regular: !analysis.uneven,
    tilt: lone ? 0 : analysis.tilt,
  };
}

/** Opposite ends of the LPS axes: [towards negative, towards positive]. */
const LETTERS = ['RL', 'AP', 'IS'] as const;

/** Half of the angle between two neighbouring points of a compass of eight: nearer to the axis it has the axis's letter alone. */
const COMPOSITE = Math.sin(Math.PI / 8);

/**
 * Anatomical letters of an LPS direction, strongest first: "L" along an axis, "LA" where it is
 * oblique by more than 22.5 degrees. The letter names where the direction points to.
 */
export function directionLetters(direction: Vec3): string {
  const unit = normalize(direction);
  const axes = ([0, 1, 2] as const)
    .map((axis) => ({ size: Math.abs(unit[axis]), letter: LETTERS[axis][unit[axis] < 0 ? 0 : 1] ?? '' }))
    .sort((a, b) => b.size - a.size);
  return axes.map(({ size, letter }, n) => (n === 0 || size > COMPOSITE ? letter : '')).join('');
}
