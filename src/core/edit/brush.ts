/**
 * Brush and eraser: a circle in the displayed plane or a sphere across slices, in mm, swept along
 * the pointer's path. The cost is that of the voxels under the sweep, whatever the volume's size.
 */
import type { Vec3 } from '../volume';
import { lineThroughCapsule, type Segment } from './capsule';
import { ChangeRecorder, type MaskChange } from './changes';
import { type EditGrid, firstSliceAt, sliceNear, toFrame } from './grid';
import { type EditOptions, gateOf, type MaskReader } from './options';

/** Plane that the pointer moves in: axial = one slice k; coronal = one y, sagittal = one x of the grid frame. */
export type EditPlane = 'axial' | 'coronal' | 'sagittal';

export interface Brush {
  readonly shape: 'circle' | 'sphere';
  /** mm, above 0. */
  readonly radius: number;
  readonly plane: EditPlane;
}

/** Receives columns first to last (inclusive, inside the grid) of row j of slice k. */
export type SpanSink = (k: number, j: number, first: number, last: number) => void;

/**
 * Paints (or erases, with label 0) what the brush covers on its way between two pointer positions.
 *
 * Call it for each move of the pointer, with the mask as it then is: voxels already painted do not
 * change again, so the changes of a stroke are disjoint and together are its undo step. A voxel is
 * covered if its centre is within the radius; the voxel under the pointer always is, and a path
 * leaves no gaps however fast it is. Across slices the path is drawn to the plane of the slice under
 * the pointer, so that a circle in a coronal view of thick slices keeps its width.
 *
 * @param from Index (fractional i, j, k) where this part of the stroke starts.
 * @param to Index where it ends; the same as `from` for a click.
 */
export function stroke(
  grid: EditGrid,
  mask: MaskReader,
  brush: Brush,
  from: Vec3,
  to: Vec3,
  options: EditOptions,
): MaskChange {
  const changes = new ChangeRecorder(grid, mask, gateOf(grid, options));
  brushSpans(grid, brush, from, to, (k, j, first, last) => changes.span(k, j, first, last, options.label));
  return changes.finish();
}

/** Voxels that a brush covers on its way, as spans ordered by slice, row and column; also for cursors and histograms. */
export function brushSpans(grid: EditGrid, brush: Brush, from: Vec3, to: Vec3, sink: SpanSink): void {
  if (grid.depth === 0 || !(brush.radius > 0)) return;
  const pieces = piecesOf(grid, brush, from, to);
  const reach = (axis: 0 | 1 | 2): readonly [number, number] => {
    const values = pieces.flatMap(({ a, b }) => [a[axis], b[axis]]);
    return [Math.min(...values) - brush.radius - 1e-6, Math.max(...values) + brush.radius + 1e-6];
  };
  const [zLow, zHigh] = reach(2);
  const [yLow, yHigh] = reach(1);
  for (let k = firstSliceAt(grid, zLow); k < grid.depth && (grid.z[k] ?? 0) <= zHigh; k++) {
    const y0 = grid.y0[k] ?? 0;
    if (brush.shape === 'circle' && brush.plane === 'sagittal') {
      sagittalColumn(grid, brush, pieces, k, sink);
    } else if (brush.shape === 'circle' && brush.plane === 'coronal') {
      const j = Math.round((from0(pieces)[1] - y0) / grid.dy);
      if (j >= 0 && j < grid.height) row(grid, brush.radius, flattened(pieces, 1), k, j, 0, sink);
    } else if (brush.shape === 'circle' && k !== pieces[0]?.slice) {
      // An axial circle stays in its slice.
    } else {
      const j0 = Math.max(0, Math.ceil((yLow - y0) / grid.dy));
      const j1 = Math.min(grid.height - 1, Math.floor((yHigh - y0) / grid.dy));
      for (let j = j0; j <= j1; j++) row(grid, brush.radius, pieces, k, j, y0 + j * grid.dy, sink);
    }
  }
}

/** A piece of the path that lies in the plane of one slice (`slice`; -1 beyond the stack) and, if `thin`, on one line of voxels. */
interface Piece extends Segment {
  readonly slice: number;
  readonly thin: boolean;
}

function from0(pieces: readonly Piece[]): Vec3 {
  return pieces[0]?.a ?? [0, 0, 0];
}

/** The pieces with one coordinate set to 0: distances then are those within the plane. */
function flattened(pieces: readonly Piece[], axis: 0 | 1): readonly Piece[] {
  const flat = (point: Vec3): Vec3 => (axis === 0 ? [0, point[1], point[2]] : [point[0], 0, point[2]]);
  return pieces.map((piece) => ({ ...piece, a: flat(piece.a), b: flat(piece.b) }));
}

/** Covered columns of one row at y (grid frame mm): the pieces' intervals overlap, so their hull is their union. */
function row(
  grid: EditGrid,
  radius: number,
  pieces: readonly Piece[],
  k: number,
  j: number,
  y: number,
  sink: SpanSink,
): void {
  const x0 = grid.x0[k] ?? 0;
  let first = grid.width;
  let last = -1;
  for (const piece of pieces) {
    const covered = lineThroughCapsule(piece, radius, y, grid.z[k] ?? 0);
    if (covered) {
      first = Math.min(first, Math.ceil((covered[0] - x0) / grid.dx));
      last = Math.max(last, Math.floor((covered[1] - x0) / grid.dx));
    }
    if (piece.thin && piece.slice === k && isUnder(piece.a[1], piece.b[1], y, grid.dy)) {
      // The voxels under the pointer itself, for brushes smaller than a voxel.
      first = Math.min(first, Math.round((Math.min(piece.a[0], piece.b[0]) - x0) / grid.dx));
      last = Math.max(last, Math.round((Math.max(piece.a[0], piece.b[0]) - x0) / grid.dx));
    }
  }
  first = Math.max(0, first);
  last = Math.min(grid.width - 1, last);
  if (first <= last) sink(k, j, first, last);
}

/** True if the line of voxels centred at `at` lies under the way from p to q (one axis, mm). */
function isUnder(p: number, q: number, at: number, step: number): boolean {
  return at >= Math.min(p, q) - step / 2 - 1e-6 && at <= Math.max(p, q) + step / 2 + 1e-6;
}

/** Covered rows of one column of voxels in a sagittal plane. */
function sagittalColumn(grid: EditGrid, { radius }: Brush, pieces: readonly Piece[], k: number, sink: SpanSink): void {
  const i = Math.round((from0(pieces)[0] - (grid.x0[k] ?? 0)) / grid.dx);
  if (i < 0 || i >= grid.width) return;
  const y0 = grid.y0[k] ?? 0;
  let first = grid.height;
  let last = -1;
  for (const { a, b, slice } of pieces) {
    const along: Segment = { a: [a[1], 0, a[2]], b: [b[1], 0, b[2]] };
    const covered = lineThroughCapsule(along, radius, 0, grid.z[k] ?? 0);
    if (covered) {
      first = Math.min(first, Math.ceil((covered[0] - y0) / grid.dy));
      last = Math.max(last, Math.floor((covered[1] - y0) / grid.dy));
    }
    if (slice === k) {
      first = Math.min(first, Math.round((Math.min(a[1], b[1]) - y0) / grid.dy));
      last = Math.max(last, Math.round((Math.max(a[1], b[1]) - y0) / grid.dy));
    }
  }
  for (let j = Math.max(0, first); j <= Math.min(grid.height - 1, last); j++) sink(k, j, i, i);
}

/**
 * The path in pieces. In coronal and sagittal planes it is cut half-way between slices and each
 * piece drawn to its slice's plane; a small brush's path in an axial slice is drawn to rows likewise.
 */
function piecesOf(grid: EditGrid, { plane, radius }: Brush, from: Vec3, to: Vec3): readonly Piece[] {
  if (plane === 'axial') {
    const slice = Math.round(to[2]);
    const a = toFrame(grid, [from[0], from[1], slice]);
    const b = toFrame(grid, [to[0], to[1], slice]);
    const z = grid.z[slice] ?? toFrame(grid, [0, 0, slice])[2];
    const thin = radius < Math.hypot(grid.dx, grid.dy) / 2;
    const flat: Segment = { a: [a[0], a[1], z], b: [b[0], b[1], z] };
    if (!thin) return [{ ...flat, slice, thin }];
    const y0 = grid.y0[slice] ?? 0;
    const cuts = crossings(
      a[1],
      b[1],
      rowEdges((a[1] - y0) / grid.dy, (b[1] - y0) / grid.dy).map((j) => y0 + j * grid.dy),
    );
    return cuts.map(([s, t]) => {
      const y = y0 + Math.round((mix(a[1], b[1], (s + t) / 2) - y0) / grid.dy) * grid.dy;
      return { a: [mix(a[0], b[0], s), y, z], b: [mix(a[0], b[0], t), y, z], slice, thin };
    });
  }
  const a = toFrame(grid, from);
  const b = toFrame(grid, to);
  const middles = Array.from({ length: grid.depth - 1 }, (_, k) => ((grid.z[k] ?? 0) + (grid.z[k + 1] ?? 0)) / 2);
  const ends = [(grid.z[0] ?? 0) - (grid.extent[0] ?? 0) / 2, (grid.z.at(-1) ?? 0) + (grid.extent.at(-1) ?? 0) / 2];
  return crossings(a[2], b[2], [...middles, ...ends]).map(([s, t]) => {
    const middle = mix(a[2], b[2], (s + t) / 2);
    const slice = sliceNear(grid, middle);
    const at = (u: number): Vec3 => {
      const z = slice < 0 ? mix(a[2], b[2], u) : (grid.z[slice] ?? 0);
      // The plane's own coordinate is that of the stroke's start: a stroke stays in its plane.
      return [plane === 'sagittal' ? a[0] : mix(a[0], b[0], u), plane === 'coronal' ? a[1] : mix(a[1], b[1], u), z];
    };
    return { a: at(s), b: at(t), slice, thin: true };
  });
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** Half-integers between two numbers. */
function rowEdges(p: number, q: number): readonly number[] {
  const low = Math.ceil(Math.min(p, q) - 0.5);
  const count = Math.max(0, Math.floor(Math.max(p, q) - 0.5) - low + 1);
  return Array.from({ length: count }, (_, n) => low + n + 0.5);
}

/** Cuts the way from p to q (parameter 0 to 1) where it crosses the values given. */
function crossings(p: number, q: number, values: readonly number[]): readonly (readonly [number, number])[] {
  const cuts = values
    .map((value) => (value - p) / (q - p))
    .filter((t) => t > 0 && t < 1)
    .sort((s, t) => s - t);
  const edges = [0, ...cuts, 1];
  return edges.slice(1).map((end, n) => [edges[n] ?? 0, end] as const);
}
