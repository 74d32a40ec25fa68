/**
 * ABC/2, the estimate of a hemorrhage's volume that is made by hand (Kothari et al., Stroke 1996;
 * 27:1304): A is the largest diameter on the slice with the largest area, B the largest one at right
 * angles to it on the same slice, C the height: slices by their thickness, those with more than
 * 75 % of the largest area whole, those with 25 to 75 % half, smaller ones not at all.
 */
import type { SliceRuns } from '../annotation/runs';
import { dot } from '../vec3';
import type { MeasureGrid } from './grid';

type Point = readonly [number, number];

/** mL. `slices` are the runs of one lesion; diameters reach to the outer edges of voxels. */
export function abcHalf(slices: readonly SliceRuns[], grid: MeasureGrid): number {
  const areas = slices.map(({ slice, runs }) => ({ slice, voxels: voxelsOf(runs) }));
  return abcOfAreas(areas, (slice) => slices.filter((one) => one.slice === slice).map(({ runs }) => runs), grid);
}

/**
 * The same from the lesion's voxels in each slice.
 * @param runsOf Runs of the lesion in a slice, in any number of lists; asked for the largest slice only.
 */
export function abcOfAreas(
  areas: readonly { readonly slice: number; readonly voxels: number }[],
  runsOf: (slice: number) => readonly Uint32Array[],
  grid: MeasureGrid,
): number {
  const [first] = areas;
  if (first === undefined) return 0;
  const widest = areas.reduce((most, area) => (area.voxels > most.voxels ? area : most), first);
  const largest = widest.voxels;
  const { a, b } = diameters(corners(runsOf(widest.slice), grid));
  const c = areas.reduce((sum, { slice, voxels }) => {
    const part = voxels / largest;
    const weight = part > 0.75 ? 1 : part >= 0.25 ? 0.5 : 0;
    return sum + weight * (grid.extents[slice] ?? 0);
  }, 0);
  return (a * b * c) / 2000;
}

function voxelsOf(runs: Uint32Array): number {
  let count = 0;
  for (let n = 3; n < runs.length; n += 4) count += runs[n] ?? 0;
  return count;
}

/** Hull of the runs, in mm within the plane, from the outer corners of each row: all that it can touch. */
function corners(lists: readonly Uint32Array[], { column, row }: MeasureGrid): Point[] {
  // Rows along an axis of the plane that is perpendicular to the columns' step, for sheared images.
  const dx = Math.sqrt(dot(column, column));
  const skew = dot(row, column) / dx;
  const dy = Math.sqrt(Math.max(0, dot(row, row) - skew * skew));
  const rows = new Map<number, [first: number, end: number]>();
  for (const runs of lists) {
    for (let n = 0; n < runs.length; n += 4) {
      const [j = 0, start = 0] = [runs[n + 1], runs[n + 2]];
      const end = start + (runs[n + 3] ?? 0);
      const known = rows.get(j);
      rows.set(j, known ? [Math.min(known[0], start), Math.max(known[1], end)] : [start, end]);
    }
  }
  const points: Point[] = [];
  for (const [j, [first, end]] of rows) {
    for (const i of [first - 0.5, end - 0.5]) {
      for (const y of [j - 0.5, j + 0.5]) points.push([i * dx + y * skew, y * dy]);
    }
  }
  return hull(points);
}

/** Convex hull by Andrew's monotone chain. */
function hull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of list) {
      for (let p = chain.at(-2), q = chain.at(-1); p && q && turn(p, q, point) <= 0; p = chain.at(-2), q = chain.at(-1))
        chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

function turn(p: Point, q: Point, r: Point): number {
  return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
}

/** The largest distance between two points of a hull, and the hull's width at right angles to it. */
function diameters(points: readonly Point[]): { a: number; b: number } {
  let a = 0;
  let along: Point = [1, 0];
  for (const p of points) {
    for (const q of points) {
      const distance = Math.hypot(q[0] - p[0], q[1] - p[1]);
      if (distance <= a) continue;
      a = distance;
      along = [(q[0] - p[0]) / distance, (q[1] - p[1]) / distance];
    }
  }
  const across = points.map(([x, y]) => y * along[0] - x * along[1]);
  return { a, b: points.length === 0 ? 0 : Math.max(...across) - Math.min(...across) };
}
