/**
 * Exact Euclidean distance transforms in mm: anisotropic pixels, uneven slices, tilted stacks.
 *
 * Squared distances are found axis by axis (Felzenszwalb and Huttenlocher, "Distance Transforms of
 * Sampled Functions", Theory of Computing 8, 2012). The lower envelope of parabolas takes abscissae
 * at any spacing and can be read off anywhere: so uneven slices are exact, and under a tilt each
 * pair of slices is transformed with the shift between them.
 *
 * What lies outside the array is unknown: it neither attracts nor repels.
 */
import type { Dimensions } from './flood';
import type { Box, EditGrid } from './grid';
import type { Steps } from './steps';

/** Where the voxels of a block are: grid frame mm, k from the block's first slice. */
export interface BlockGrid {
  readonly ni: number;
  readonly nj: number;
  readonly nk: number;
  readonly dx: number;
  readonly dy: number;
  readonly x0: Float64Array;
  readonly y0: Float64Array;
  readonly z: Float64Array;
  readonly tilted: boolean;
}

/** The block grid of a box. */
export function blockGrid(grid: EditGrid, { i0, i1, j0, j1, k0, k1 }: Box): BlockGrid {
  return {
    ni: i1 - i0 + 1,
    nj: j1 - j0 + 1,
    nk: k1 - k0 + 1,
    dx: grid.dx,
    dy: grid.dy,
    x0: grid.x0.subarray(k0, k1 + 1),
    y0: grid.y0.subarray(k0, k1 + 1),
    z: grid.z.subarray(k0, k1 + 1),
    tilted: grid.tilted,
  };
}

/**
 * Squared distance (mm^2) within one slice from each pixel centre, moved by a shift, to the nearest
 * centre of a pixel whose feature is not 0; Infinity if there is none.
 * @param features ni * nj values.
 * @param shift mm along i and j by which the points measured from are moved.
 */
export function squaredDistance2d(
  features: Uint8Array,
  { ni, nj, dx, dy }: Pick<BlockGrid, 'ni' | 'nj' | 'dx' | 'dy'>,
  shift: readonly [number, number] = [0, 0],
  out = new Float64Array(ni * nj),
): Float64Array {
  distanceAlongRows(features, ni, nj, dx, shift[0], out);
  const rows = Float64Array.from({ length: nj }, (_, j) => j * dy);
  const samples = shift[1] === 0 ? rows : rows.map((y) => y + shift[1]);
  const envelope = new Envelope(nj);
  for (let i = 0; i < ni; i++) envelope.transform(out, i, ni, rows, samples);
  return out;
}

/**
 * Squared distance (mm^2) from each voxel centre to the nearest centre of a voxel whose feature is
 * not 0; Infinity if there is none.
 * @param features ni * nj * nk values, 0 or 1.
 * @param dimensions 2: within each slice; 3: in space.
 * @param limit mm. In tilted stacks distances above it may be given as Infinity, which saves time.
 */
export function* squaredDistances(
  features: Uint8Array,
  grid: BlockGrid,
  dimensions: Dimensions,
  limit = Number.POSITIVE_INFINITY,
): Steps<Float64Array<ArrayBuffer>> {
  const plane = grid.ni * grid.nj;
  const out = new Float64Array(plane * grid.nk);
  if (dimensions === 3 && grid.tilted) {
    yield* tiltedDistances(features, grid, limit, out);
    return out;
  }
  for (let k = 0; k < grid.nk; k++) {
    const slice = features.subarray(k * plane, (k + 1) * plane);
    squaredDistance2d(slice, grid, [0, 0], out.subarray(k * plane, (k + 1) * plane));
    yield { done: k + 1, total: grid.nk };
  }
  if (dimensions === 2) return out;
  const envelope = new Envelope(grid.nk);
  const columns = Math.max(1, Math.floor((1 << 18) / grid.nk));
  for (let n = 0; n < plane; n++) {
    envelope.transform(out, n, plane, grid.z, grid.z);
    if (n % columns === columns - 1) yield { done: grid.nk, total: grid.nk };
  }
  return out;
}

function* tiltedDistances(
  features: Uint8Array,
  { ni, nj, nk, dx, dy, x0, y0, z }: BlockGrid,
  limit: number,
  out: Float64Array,
): Steps<void> {
  const plane = ni * nj;
  const scratch = new Float64Array(plane);
  out.fill(Number.POSITIVE_INFINITY);
  for (let from = 0; from < nk; from++) {
    const target = out.subarray(from * plane, (from + 1) * plane);
    for (let to = 0; to < nk; to++) {
      const rise = (z[from] ?? 0) - (z[to] ?? 0);
      const slice = features.subarray(to * plane, (to + 1) * plane);
      if (Math.abs(rise) > limit + 1e-6 || !slice.includes(1)) continue;
      const shift = [(x0[from] ?? 0) - (x0[to] ?? 0), (y0[from] ?? 0) - (y0[to] ?? 0)] as const;
      squaredDistance2d(slice, { ni, nj, dx, dy }, shift, scratch);
      for (let n = 0; n < plane; n++) {
        const distance = (scratch[n] ?? 0) + rise * rise;
        if (distance < (target[n] ?? 0)) target[n] = distance;
      }
      yield { done: from, total: nk };
    }
  }
}

/** Squared distance along each row to the nearest feature of the row, from points moved by `shift` mm. */
function distanceAlongRows(
  features: Uint8Array,
  ni: number,
  nj: number,
  dx: number,
  shift: number,
  out: Float64Array,
): void {
  const before = new Int32Array(ni);
  const after = new Int32Array(ni);
  const none = -1;
  for (let j = 0; j < nj; j++) {
    const row = j * ni;
    let seen = none;
    for (let i = 0; i < ni; i++) {
      if (features[row + i]) seen = i;
      before[i] = seen;
    }
    if (seen === none) {
      out.fill(Number.POSITIVE_INFINITY, row, row + ni);
      continue;
    }
    seen = none;
    for (let i = ni - 1; i >= 0; i--) {
      if (features[row + i]) seen = i;
      after[i] = seen;
    }
    for (let i = 0; i < ni; i++) {
      const at = i + shift / dx;
      const low = Math.floor(at);
      const high = Math.ceil(at);
      const left = low < 0 ? none : (before[Math.min(low, ni - 1)] ?? none);
      const right = high >= ni ? none : (after[Math.max(high, 0)] ?? none);
      const toLeft = left === none ? Number.POSITIVE_INFINITY : at - left;
      const toRight = right === none ? Number.POSITIVE_INFINITY : right - at;
      const mm = Math.min(toLeft, toRight) * dx;
      out[row + i] = mm * mm;
    }
  }
}

/** Lower envelope of parabolas, with its scratch arrays. */
class Envelope {
  readonly #values: Float64Array;
  readonly #vertices: Float64Array;
  readonly #heights: Float64Array;
  readonly #bounds: Float64Array;

  constructor(length: number) {
    this.#values = new Float64Array(length);
    this.#vertices = new Float64Array(length);
    this.#heights = new Float64Array(length);
    this.#bounds = new Float64Array(length + 1);
  }

  /**
   * Replaces data[start + n * stride] by min over m of (samples[n] - positions[m])^2 + the value at m.
   * @param positions Ascending.
   * @param samples Ascending.
   */
  transform(data: Float64Array, start: number, stride: number, positions: Float64Array, samples: Float64Array): void {
    const values = this.#values;
    const vertices = this.#vertices;
    const heights = this.#heights;
    const bounds = this.#bounds;
    const length = positions.length;
    for (let n = 0, at = start; n < length; n++, at += stride) values[n] = data[at] ?? 0;
    let top = -1;
    for (let n = 0; n < length; n++) {
      const height = values[n] ?? 0;
      if (height === Number.POSITIVE_INFINITY) continue;
      const p = positions[n] ?? 0;
      let bound = Number.NEGATIVE_INFINITY;
      while (top >= 0) {
        const q = vertices[top] ?? 0;
        const other = heights[top] ?? 0;
        // Two slices at the same place: the lower parabola is below everywhere.
        if (p === q) bound = height < other ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
        else bound = (p + q + (height - other) / (p - q)) / 2;
        if (bound > (bounds[top] ?? 0)) break;
        top--;
        bound = Number.NEGATIVE_INFINITY;
      }
      if (bound === Number.POSITIVE_INFINITY) continue;
      top++;
      vertices[top] = p;
      heights[top] = height;
      bounds[top] = bound;
    }
    if (top < 0) return;
    bounds[top + 1] = Number.POSITIVE_INFINITY;
    let part = 0;
    for (let n = 0, at = start; n < length; n++, at += stride) {
      const p = samples[n] ?? 0;
      while ((bounds[part + 1] ?? 0) < p) part++;
      const distance = p - (vertices[part] ?? 0);
      data[at] = distance * distance + (heights[part] ?? 0);
    }
  }
}
