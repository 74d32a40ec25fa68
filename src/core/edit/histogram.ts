/** HU of the voxels under a brush or inside an outline: histogram, and limits proposed from them. */
import type { Vec3 } from '../volume';
import { brushSpans, type EditPlane, type SpanSink } from './brush';
import type { EditGrid } from './grid';
import { type HuLimits, type HuSource, huReader } from './options';

export interface HuHistogram {
  /** HU of the lower edge of bin 0; a multiple of the width. */
  readonly start: number;
  /** HU. Bin n holds start + n * width <= HU < start + (n + 1) * width. */
  readonly width: number;
  readonly counts: Uint32Array;
  /** Voxels counted; padding is not. */
  readonly count: number;
  /** HU; NaN if nothing was counted. SD is that of the voxels as a population. */
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/** More bins than this make the bins wider. */
const MOST_BINS = 1024;

/**
 * Histogram of a region.
 * @param region Calls its sink with the region's voxels, as `brushSpans` and `outlineSpans` do.
 * @param width Bin width, HU, above 0; doubled until at most 1024 bins span the values.
 */
export function huHistogram(scan: HuSource, grid: EditGrid, region: (sink: SpanSink) => void, width = 1): HuHistogram {
  const values = valuesOf(scan, grid, region);
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  if (values.length === 0) {
    const none = Number.NaN;
    return { start: 0, width, counts: new Uint32Array(0), count: 0, mean: none, sd: none, min: none, max: none };
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  let step = width;
  const bins = (): number => Math.floor(max / step) - Math.floor(min / step) + 1;
  while (bins() > MOST_BINS) step *= 2;
  const first = Math.floor(min / step);
  const counts = new Uint32Array(bins());
  for (const value of values) {
    const bin = Math.floor(value / step) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const sd = Math.sqrt(squares / values.length);
  return { start: first * step, width: step, counts, count: values.length, mean, sd, min, max };
}

export interface LimitProposal extends Required<HuLimits> {
  /** HU of the neighbourhood. */
  readonly mean: number;
  readonly sd: number;
}

export interface Neighbourhood {
  /** mm around the seed; the nearest voxels at least. Without it 2. */
  readonly radius?: number;
  /** How many SD to each side. Without it 2. */
  readonly factor?: number;
  /** In the plane (without it axial), or the ball across slices. Without it the circle. */
  readonly shape?: 'circle' | 'sphere';
  readonly plane?: EditPlane;
}

/** The SD, HU, that a neighbourhood is taken to have at least: the usual noise of head CT. */
const LEAST_SD = 3;

/**
 * HU limits for growing from a seed: mean -+ factor * SD of its neighbourhood, widened to
 * hold the seed itself.
 * @param seed Index (i, j, k), integers.
 * @returns undefined if the seed is outside the grid or has no HU.
 */
export function proposeLimits(
  scan: HuSource,
  grid: EditGrid,
  seed: Vec3,
  { radius = 2, factor = 2, shape = 'circle', plane = 'axial' }: Neighbourhood = {},
): LimitProposal | undefined {
  const [i, j, k] = seed;
  if (i < 0 || i >= grid.width || j < 0 || j >= grid.height || k < 0 || k >= grid.depth) return undefined;
  const own = huReader(scan)((k * grid.height + j) * grid.width + i);
  if (Number.isNaN(own)) return undefined;
  const least = Math.max(radius, 1.001 * Math.max(grid.dx, grid.dy));
  const { mean, sd } = huHistogram(scan, grid, (sink) =>
    brushSpans(grid, { shape, radius: least, plane }, seed, seed, sink),
  );
  const spread = factor * Math.max(sd, LEAST_SD);
  return { min: Math.min(own, mean - spread), max: Math.max(own, mean + spread), mean, sd };
}

function valuesOf(scan: HuSource, grid: EditGrid, region: (sink: SpanSink) => void): readonly number[] {
  const read = huReader(scan);
  const values: number[] = [];
  region((k, j, first, last) => {
    const row = (k * grid.height + j) * grid.width;
    for (let i = first; i <= last; i++) {
      const hu = read(row + i);
      if (Number.isFinite(hu)) values.push(hu);
    }
  });
  return values;
}
