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
  const areas = slices.map(({ runs }) => voxelsOf(runs));
  const largest = Math.max(...areas);
  const widest = slices[areas.indexOf(largest)];
  if (widest === undefined) return 0;
  const { a, b } = diameters(corners(widest.runs, grid));
  const c = slices.reduce((sum, { slice }, n) => {
    const part = (areas[n] ?? 0) / largest;
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

/** Corners of the runs, in mm within the plane: all that the convex hull of the voxels can touch. */
function corners(runs: Uint32Array, { column, row }: MeasureGrid): Point[] {
  // Rows along an axis of the plane that is perpendicular to the columns' step, for sheared images.
  const dx = Math.sqrt(dot(column, column));
  const skew = dot(row, column) / dx;
  const dy = Math.sqrt(Math.max(0, dot(row, row) - skew * skew));
  const points: Point[] = [];
  for (let n = 0; n < runs.length; n += 4) {
    const [, j = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
    for (const i of [start - 0.5, start + length - 0.5]) {
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
