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
 * @param labels Those of the block, each once.
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
  const winner = values.slice();
  const most = new Float64Array(values.length).fill(-1);
  const votes = new Float64Array(ni);
  const spheres = Array.from({ length: nk }, (_, k) => neighbourhood(grid, k, radius, dimensions));
  const reach = spheres.flat().reduce((far, { first, last }) => Math.max(far, -first, last), 0);
  const sums = new RowSums(ni, nj * nk, reach + 1);
  let done = 0;
  for (const label of labels) {
    sums.count(values, label);
    for (let k = 0; k < nk; k++) {
      for (let j = 0; j < nj; j++) {
        votes.fill(0);
        for (const { k: at, dj, first, last } of spheres[k] ?? []) {
          if (j + dj >= 0 && j + dj < nj) sums.addTo(votes, at * nj + j + dj, first, last, extent[at] ?? 0);
        }
        const row = (k * nj + j) * ni;
        for (let i = 0; i < ni; i++) {
          const n = row + i;
          const volume = votes[i] ?? 0;
          const lead = volume - (most[n] ?? 0);
          // The volumes are sums: less than this is rounding, and a tie.
          if (lead < -1e-9 || (lead <= 1e-9 && values[n] !== label)) continue;
          most[n] = volume;
          winner[n] = label;
        }
      }
      yield { done: ++done, total: labels.length * nk };
    }
  }
  return winner;
}

/** How many voxels of a label lie in any part of a row, from running sums with a margin to both sides. */
class RowSums {
  readonly #sums: Int32Array;
  readonly #stride: number;

  constructor(
    readonly ni: number,
    readonly rows: number,
    readonly margin: number,
  ) {
    this.#stride = ni + 1 + 2 * margin;
    this.#sums = new Int32Array(rows * this.#stride);
  }

  count(values: Uint8Array, label: number): void {
    const { ni, margin } = this;
    for (let row = 0; row < this.rows; row++) {
      const base = row * this.#stride + margin;
      let sum = 0;
      for (let i = 0; i < ni; i++) {
        if (values[row * ni + i] === label) sum++;
        this.#sums[base + i + 1] = sum;
      }
      this.#sums.fill(sum, base + ni + 1, base + ni + 1 + margin);
    }
  }

  /** Adds to votes[i] the weight times the number of voxels in columns i + first to i + last of a row. */
  addTo(votes: Float64Array, row: number, first: number, last: number, weight: number): void {
    const sums = this.#sums;
    const base = row * this.#stride + this.margin;
    if (sums[base + this.ni] === 0) return;
    for (let i = 0, low = base + first, high = base + last + 1; i < votes.length; i++, low++, high++) {
      votes[i] = (votes[i] ?? 0) + weight * ((sums[high] ?? 0) - (sums[low] ?? 0));
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
