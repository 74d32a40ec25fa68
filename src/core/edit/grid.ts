/**
 * Geometry as the mask tools need it.
 *
 * Frame: "grid frame", mm, orthonormal, origin at the centre of voxel (0, 0, 0); x along increasing
 * i, y along increasing j, z along the normal of the slices (ascending with k). Under a gantry tilt
 * slices are shifted against each other in x and y, so that a sphere stays a sphere in the patient.
 * In-plane axes are taken as perpendicular; a sheared affine is announced by a notice of the scan.
 */
import { dot, subtract } from '../vec3';
import type { Vec3 } from '../volume';

export interface EditGrid {
  /** Voxels along i, j and k. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** mm between voxel centres along i and along j. */
  readonly dx: number;
  readonly dy: number;
  /** Grid frame, mm, of voxel (0, 0, k): z ascends; x and y are 0 unless the stack is tilted. */
  readonly x0: Float64Array;
  readonly y0: Float64Array;
  readonly z: Float64Array;
  /** mm along the normal that slice k stands for. */
  readonly extent: Float64Array;
  /** True if slices are shifted against each other within their plane. */
  readonly tilted: boolean;
}

/** What `gridOf` reads of a volume, or of what a page tells its host about one. */
export interface GridSource {
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly direction: readonly [Vec3, Vec3, Vec3];
  readonly normal: Vec3;
  readonly slices: readonly { readonly position: Vec3; readonly extent: number }[];
}

/** Shifts of slices below this part of a pixel come from rounded positions and count as none. */
const ROUNDING = 0.1;

/** The grid of a volume. */
export function gridOf({ size, spacing, direction, normal, slices }: GridSource): EditGrid {
  const origin = slices[0]?.position ?? [0, 0, 0];
  const along = (axis: Vec3): Float64Array =>
    Float64Array.from(slices, ({ position }) => dot(subtract(position, origin), axis));
  const x0 = along(direction[0]);
  const y0 = along(direction[1]);
  const tilted =
    x0.some((x) => Math.abs(x) > ROUNDING * spacing[0]) || y0.some((y) => Math.abs(y) > ROUNDING * spacing[1]);
  return {
    width: size[0],
    height: size[1],
    depth: size[2],
    dx: spacing[0],
    dy: spacing[1],
    x0: tilted ? x0 : x0.fill(0),
    y0: tilted ? y0 : y0.fill(0),
    z: along(normal),
    extent: Float64Array.from(slices, ({ extent }) => extent),
    tilted,
  };
}

/** Grid frame mm of a (fractional) index; between slices linear in k, beyond the ends by the end's own step. */
export function toFrame(grid: EditGrid, index: Vec3): Vec3 {
  const below = Math.max(0, Math.min(grid.depth - 2, Math.floor(index[2])));
  const t = index[2] - below;
  const lone = grid.depth < 2;
  const at = (values: Float64Array, step: number): number => {
    const start = values[below] ?? 0;
    return start + t * (lone ? step : (values[below + 1] ?? start) - start);
  };
  return [at(grid.x0, 0) + index[0] * grid.dx, at(grid.y0, 0) + index[1] * grid.dy, at(grid.z, grid.extent[0] ?? 1)];
}

/** Slice whose plane is nearest to z (grid frame, mm); -1 if z is beyond the ends by more than half an end slice's extent. */
export function sliceNear(grid: EditGrid, z: number): number {
  const last = grid.depth - 1;
  if (last < 0) return -1;
  const slack = 1e-6;
  if (z < (grid.z[0] ?? 0) - (grid.extent[0] ?? 0) / 2 - slack) return -1;
  if (z > (grid.z[last] ?? 0) + (grid.extent[last] ?? 0) / 2 + slack) return -1;
  const above = firstSliceAt(grid, z);
  if (above === 0) return 0;
  if (above > last) return last;
  return z - (grid.z[above - 1] ?? 0) <= (grid.z[above] ?? 0) - z ? above - 1 : above;
}

/** First slice with its plane at or above z (grid frame, mm); `depth` if there is none. */
export function firstSliceAt(grid: EditGrid, z: number): number {
  let low = 0;
  let high = grid.depth;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((grid.z[middle] ?? 0) < z) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index box, all limits inclusive. */
export interface Box {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
  readonly k0: number;
  readonly k1: number;
}

/**
 * The box and all that lies within `mm` of it: in the slice, and over slices where `across`. Clipped to the
 * grid. The shift of tilted slices against each other is included.
 */
export function padBox(grid: EditGrid, box: Box, mm: number, across: boolean): Box {
  const k0 = across ? firstSliceAt(grid, (grid.z[box.k0] ?? 0) - mm - 1e-6) : box.k0;
  const k1 = across ? firstSliceAt(grid, (grid.z[box.k1] ?? 0) + mm + 1e-6) - 1 : box.k1;
  const shift = (values: Float64Array): number => {
    if (!across || !grid.tilted) return 0;
    const within = values.subarray(k0, k1 + 1);
    return Math.max(...within) - Math.min(...within);
  };
  const pi = Math.ceil((mm + shift(grid.x0)) / grid.dx) + 1;
  const pj = Math.ceil((mm + shift(grid.y0)) / grid.dy) + 1;
  return {
    i0: Math.max(0, box.i0 - pi),
    i1: Math.min(grid.width - 1, box.i1 + pi),
    j0: Math.max(0, box.j0 - pj),
    j1: Math.min(grid.height - 1, box.j1 + pj),
    k0,
    k1,
  };
}
