/** Which label most of each voxel's neighbourhood has. */
import type { Block } from './block';
import type { BlockGrid } from './distance';
import type { Dimensions } from './flood';
import type { Steps } from './steps';

/** Columns first to last, relative to the centre voxel, of a row (k absolute in the block, dj relative) of its neighbourhood. */
interface NeighbourRow {
  readonly k: number;
  readonly dj: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The label with the greatest volume among the voxels whose centres lie within `radius` mm of each
 * voxel's centre. Slices count by their extent. A voxel keeps its label in a tie; else the first of
 * `labels` wins it. Beyond the block nothing is counted.
 */
export function* majorityLabels(
  { values }: Block,
  grid: BlockGrid,
  extent: Float64Array,
  radius: number,
  dimensions: Dimensions,
  labels: readonly number[],
): Steps<Uint8Array> {
  const { ni, nj, nk } = grid;
  const plane = ni * nj;
  const winner = values.slice();
  const votes = new Float64Array(values.length);
  // First the label that each voxel has, so that others must beat it.
  const rounds = [
    ...labels.map((label) => ({ label, held: true })),
    ...labels.map((label) => ({ label, held: false })),
  ];
  const sums = new Int32Array((ni + 1) * nj * nk);
  let done = 0;
  for (const { label, held } of rounds) {
    sumRows(values, label, ni, nj * nk, sums);
    for (let k = 0; k < nk; k++) {
      const rows = neighbourhood(grid, k, radius, dimensions);
      for (let j = 0; j < nj; j++) {
        for (let i = 0; i < ni; i++) {
          const n = k * plane + j * ni + i;
          if ((values[n] === label) !== held) continue;
          let volume = 0;
          for (const { k: at, dj, first, last } of rows) {
            const row = j + dj;
            if (row < 0 || row >= nj) continue;
            const low = Math.max(0, i + first);
            const high = Math.min(ni, i + last + 1);
            if (low >= high) continue;
            const base = (at * nj + row) * (ni + 1);
            volume += ((sums[base + high] ?? 0) - (sums[base + low] ?? 0)) * (extent[at] ?? 0);
          }
          if (!held && volume <= (votes[n] ?? 0) + 1e-9) continue;
          votes[n] = volume;
          winner[n] = label;
        }
      }
      yield { done: ++done, total: rounds.length * nk };
    }
  }
  return winner;
}

/** Running sums along each row: out[row * (ni + 1) + i] is how many of the row's first i voxels have the label. */
function sumRows(values: Uint8Array, label: number, ni: number, rows: number, out: Int32Array): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < ni; i++) {
      if (values[row * ni + i] === label) sum++;
      out[row * (ni + 1) + i + 1] = sum;
    }
  }
}

/** The rows of the ball (or disc) around a voxel of slice k. */
function neighbourhood(
  { nk, dx, dy, x0, y0, z }: BlockGrid,
  k: number,
  radius: number,
  dimensions: Dimensions,
): readonly NeighbourRow[] {
  const limit = (radius + 1e-6) ** 2;
  const rows: NeighbourRow[] = [];
  for (let at = dimensions === 2 ? k : 0; at < (dimensions === 2 ? k + 1 : nk); at++) {
    const rest = limit - ((z[at] ?? 0) - (z[k] ?? 0)) ** 2;
    if (rest < 0) continue;
    const shiftX = (x0[at] ?? 0) - (x0[k] ?? 0);
    const shiftY = (y0[at] ?? 0) - (y0[k] ?? 0);
    const reach = Math.sqrt(rest);
    for (let dj = Math.ceil((-reach - shiftY) / dy); dj * dy + shiftY <= reach; dj++) {
      const half = Math.sqrt(Math.max(0, rest - (dj * dy + shiftY) ** 2));
      const first = Math.ceil((-half - shiftX) / dx);
      const last = Math.floor((half - shiftX) / dx);
      if (first <= last) rows.push({ k: at, dj, first, last });
    }
  }
  return rows;
}
