/**
 * The grid to which a volume is brought for a network of patches, and the blocks that cover it.
 *
 * Axes 0, 1 and 2 of the grid run along the volume's rows, columns and normal, whatever the network's
 * own orientation, which only turns the blocks. Coordinates are mm along these: slice k's voxel (0, 0)
 * lies at (rows[k], columns[k], locations[k]), which undoes the tilt of a gantry and uneven distances.
 */
import { dot } from '../vec3';
import { ScanError, type Vec3, type Volume } from '../volume';
import { type Axis, closestAxes, type Step } from './axial';
import type { PatchInput } from './manifest-input';

export type GridScan = Pick<Volume, 'size' | 'spacing' | 'direction' | 'normal' | 'slices'>;

/** [from, to] in mm along each axis of the grid. */
export type Extent = readonly [readonly [number, number], readonly [number, number], readonly [number, number]];

export interface PatchGrid {
  /** Points along each axis. */
  readonly size: Vec3;
  /** mm between them. */
  readonly spacing: Vec3;
  /** mm of point (0, 0, 0). */
  readonly start: Vec3;
  /** Along which axis, and which way, depth, height and width of a block run. */
  readonly turned: readonly [Step, Step, Step];
  /** First points of the blocks' outputs along each axis, ascending; below 0 where the grid is smaller than a block. */
  readonly starts: readonly [readonly number[], readonly number[], readonly number[]];
  /** Points that a block's output covers along each axis, and those around it that only its input does. */
  readonly tile: Vec3;
  readonly context: Vec3;
}

/** A block, by the first point of its output. */
export type Block = Vec3;

/** More points than this are a mistake in the scan's positions or in the manifest's spacing. */
const MOST_POINTS = 2 ** 29;

/** Where the slices of a volume lie in the grid's coordinates, mm. */
export function slicePlaces({ direction, slices }: Pick<Volume, 'direction' | 'slices'>): {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly locations: readonly number[];
} {
  const [u, v] = direction;
  const c = dot(u, v);
  const along = (position: Vec3): readonly [number, number] => {
    const [p, q] = [dot(position, u), dot(position, v)];
    return [(p - c * q) / (1 - c * c), (q - c * p) / (1 - c * c)];
  };
  const places = slices.map(({ position }) => along(position));
  return {
    rows: places.map(([row]) => row),
    columns: places.map(([, column]) => column),
    locations: slices.map(({ location }) => location),
  };
}

/** Half the distance to the neighbour at the lower and the upper end of the stack, mm. */
export function endExtents({ slices, spacing }: Pick<Volume, 'slices' | 'spacing'>): readonly [number, number] {
  const at = (k: number): number => slices[k]?.location ?? 0;
  const last = slices.length - 1;
  return last < 1 ? [spacing[2] / 2, spacing[2] / 2] : [(at(1) - at(0)) / 2, (at(last) - at(last - 1)) / 2];
}

/** What the voxels of a volume cover, faces included. */
export function volumeExtent(volume: GridScan): Extent {
  const { rows, columns, locations } = slicePlaces(volume);
  const { size, spacing } = volume;
  const span = (places: readonly number[], axis: 0 | 1): readonly [number, number] => [
    Math.min(...places) - spacing[axis] / 2,
    Math.max(...places) + (size[axis] - 0.5) * spacing[axis],
  ];
  const [below, above] = endExtents(volume);
  return [span(rows, 0), span(columns, 1), [(locations[0] ?? 0) - below, (locations.at(-1) ?? 0) + above]];
}

/**
 * The grid over a part of a volume. Throws ScanError where it would be too large for any computer.
 * @param extent What it covers; its points lie in the middle of it.
 */
export function patchGrid(volume: GridScan, input: PatchInput, extent: Extent = volumeExtent(volume)): PatchGrid {
  const [columns, rows, depth] = closestAxes(volume, input.orientation);
  const turned = [depth, rows, columns] as const;
  const ofAxis = (values: readonly number[]): Vec3 => {
    const of = (axis: Axis): number => values[turned.findIndex((step) => step.axis === axis)] ?? 0;
    return [of(0), of(1), of(2)];
  };
  const spacing = ofAxis(input.spacing);
  const context = ofAxis(input.context);
  const patch = ofAxis([input.depth, input.height, input.width]);
  const tile = each((axis) => patch[axis] - 2 * context[axis]);
  const size = each((axis) => Math.max(1, Math.floor((extent[axis][1] - extent[axis][0]) / spacing[axis] + 0.5)));
  if (!(size[0] * size[1] * size[2] <= MOST_POINTS)) {
    throw new ScanError(
      'the scan',
      `at a spacing of ${spacing.join(' x ')} mm it would have ${size.join(' x ')} points.`,
      "Check the scan's spacing and the model's.",
    );
  }
  const start = each((axis) => (extent[axis][0] + extent[axis][1]) / 2 - ((size[axis] - 1) / 2) * spacing[axis]);
  const starts = [0, 1, 2].map((axis) => blockStarts(size[axis as Axis], tile[axis as Axis], input.overlap));
  return { size, spacing, start, turned, starts: starts as unknown as PatchGrid['starts'], tile, context };
}

/**
 * First points of blocks of `tile` points that cover `size` points in the fewest equal steps with at
 * least that overlap; the one block of a smaller grid has it in its middle.
 */
export function blockStarts(size: number, tile: number, overlap: number): readonly number[] {
  if (size <= tile) return [0 - Math.floor((tile - size) / 2)];
  const step = Math.max(1, Math.floor(tile * (1 - overlap)));
  const count = Math.ceil((size - tile) / step) + 1;
  return Array.from({ length: count }, (_, n) => Math.round((n * (size - tile)) / (count - 1)));
}

/**
 * All blocks of a grid, layer by layer along the normal.
 * @param layers Points along the normal that are wanted; blocks that cover none of them are left out. All if undefined.
 */
export function blocksOf({ starts, tile }: PatchGrid, layers?: readonly number[]): readonly Block[] {
  const [x, y, z] = starts;
  const covers = (start: number): boolean =>
    layers === undefined || layers.some((layer) => layer >= start && layer < start + tile[2]);
  return z.filter(covers).flatMap((c) => y.flatMap((b) => x.map((a): Block => [a, b, c])));
}

/** The two layers between which a slice lies and how far from the first to the second; undefined for one outside of the grid. */
export function layersAt(
  { size, start, spacing }: PatchGrid,
  location: number,
): { readonly low: number; readonly high: number; readonly t: number } | undefined {
  const at = (location - start[2]) / spacing[2];
  if (!(at >= -0.5 && at <= size[2] - 0.5)) return undefined;
  const clamped = Math.min(Math.max(at, 0), size[2] - 1);
  const low = Math.floor(clamped);
  return { low, high: Math.min(low + 1, size[2] - 1), t: clamped - low };
}

function each(value: (axis: Axis) => number): Vec3 {
  return [value(0), value(1), value(2)];
}
