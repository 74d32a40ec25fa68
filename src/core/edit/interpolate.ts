/**
 * Fills the slices between annotated ones (shape-based interpolation: Raya and Udupa, IEEE Trans.
 * Med. Imaging 9, 1990): signed distances to the outlines of the two slices are mixed by the true
 * position of the slice between them.
 */
import { SUBTYPES } from '../annotation/subtype';
import { boxOf } from './block';
import { ChangeRecorder, type MaskChange } from './changes';
import { countComponents } from './components';
import type { Box, EditGrid } from './grid';
import { type Constraints, gateOf, type MaskReader, tableOf } from './options';
import { SignedField } from './signed-field';
import type { Steps } from './steps';

export interface InterpolateOptions extends Constraints {
  /** Subtypes to interpolate; without it all. */
  readonly labels?: readonly number[];
}

/**
 * For each subtype, fills the slices without it that lie between two slices with it. `slices` limits
 * both: which slices are filled and between which. Where two subtypes claim a voxel, the one whose
 * outline encloses it deeper takes it. Without `over` only unlabeled voxels are filled.
 *
 * Where both slices hold one connected part, or the outlines do not overlap, the outlines are moved
 * along the line between their centroids first, so that a lesion that runs obliquely stays whole.
 */
export function* interpolateSlices(grid: EditGrid, mask: MaskReader, options: InterpolateOptions): Steps<MaskChange> {
  const gate = gateOf(grid, options, [0]);
  const claims = new Map<number, Claims>();
  const labels = options.labels ?? SUBTYPES.map((_, n) => n + 1);
  for (const label of labels) {
    let previous: Shape | undefined;
    for (let k = gate.first; k <= gate.last; k++) {
      const shape = shapeOf(grid, mask, label, k);
      if (!shape) continue;
      if (previous && k > previous.k + 1) yield* between(grid, label, previous, shape, claims);
      previous = shape;
    }
  }
  const changes = new ChangeRecorder(grid, mask, gate);
  for (const [k, claim] of [...claims].sort(([a], [b]) => a - b)) {
    for (let j = 0; j < grid.height; j++) {
      for (let i = 0; i < grid.width; i++) {
        const label = claim.labels[j * grid.width + i] ?? 0;
        if (label !== 0) changes.voxel(k, j, i, label);
      }
    }
  }
  return changes.finish();
}

/** What the subtypes claim of one slice: the label of the deepest so far, and its signed distance (mm, below 0 inside). */
interface Claims {
  readonly labels: Uint8Array;
  readonly depths: Float32Array;
}

/** One label in one slice. */
interface Shape {
  readonly k: number;
  readonly box: Box;
  readonly members: Uint8Array;
  /** Grid frame, mm. */
  readonly centroid: readonly [number, number];
  readonly parts: number;
}

function shapeOf(grid: EditGrid, mask: MaskReader, label: number, k: number): Shape | undefined {
  const labels = mask.slice(k);
  const box = labels && boxOf(grid, mask, tableOf([label]), k, k);
  if (!box) return undefined;
  const members = labels.map((value) => (value === label ? 1 : 0));
  let [x, y, count] = [0, 0, 0];
  for (let j = box.j0; j <= box.j1; j++) {
    for (let i = box.i0; i <= box.i1; i++) {
      if (members[j * grid.width + i] === 0) continue;
      x += i;
      y += j;
      count++;
    }
  }
  const centroid = [(grid.x0[k] ?? 0) + (x / count) * grid.dx, (grid.y0[k] ?? 0) + (y / count) * grid.dy] as const;
  const parts = countComponents(members, grid.width, grid.height, 'full');
  return { k, box, members, centroid, parts };
}

function* between(grid: EditGrid, label: number, low: Shape, high: Shape, claims: Map<number, Claims>): Steps<void> {
  const window = windowOf(grid, low, high);
  const fields = [new SignedField(grid, low.members, window), new SignedField(grid, high.members, window)] as const;
  const moves = (low.parts === 1 && high.parts === 1) || !overlap(grid, low, high);
  const [zLow, zHigh] = [grid.z[low.k] ?? 0, grid.z[high.k] ?? 0];
  for (let k = low.k + 1; k < high.k; k++) {
    const t = zHigh > zLow ? ((grid.z[k] ?? 0) - zLow) / (zHigh - zLow) : 0.5;
    const to = [mix(low.centroid[0], high.centroid[0], t), mix(low.centroid[1], high.centroid[1], t)] as const;
    const [lowI, lowJ] = shiftTo(grid, low, k, moves ? to : low.centroid);
    const [highI, highJ] = shiftTo(grid, high, k, moves ? to : high.centroid);
    const claim = claims.get(k) ?? emptyClaims(grid);
    claims.set(k, claim);
    for (let j = window.j0; j <= window.j1; j++) {
      for (let i = window.i0; i <= window.i1; i++) {
        const depth = mix(fields[0].at(i + lowI, j + lowJ), fields[1].at(i + highI, j + highJ), t);
        const n = j * grid.width + i;
        if (depth > 0 || depth >= (claim.depths[n] ?? 0)) continue;
        claim.depths[n] = depth;
        claim.labels[n] = label;
      }
    }
    yield { done: k - low.k, total: high.k - low.k - 1 };
  }
}

/** What to add to an index (i, j) of slice k to get that of the shape's slice, when the shape's centroid is moved to a point (grid frame, mm). */
function shiftTo(
  grid: EditGrid,
  shape: Shape,
  k: number,
  [x, y]: readonly [number, number],
): readonly [number, number] {
  const di = ((grid.x0[k] ?? 0) - (grid.x0[shape.k] ?? 0) + shape.centroid[0] - x) / grid.dx;
  const dj = ((grid.y0[k] ?? 0) - (grid.y0[shape.k] ?? 0) + shape.centroid[1] - y) / grid.dy;
  return [di, dj];
}

/** Pixels that can become part of the shape between: both boxes, and as much around as centroids and slices are apart. */
function windowOf(grid: EditGrid, low: Shape, high: Shape): Box {
  const apart = (axis: 0 | 1, start: Float64Array): number =>
    Math.abs(low.centroid[axis] - high.centroid[axis]) + Math.abs((start[low.k] ?? 0) - (start[high.k] ?? 0));
  const pi = Math.ceil(apart(0, grid.x0) / grid.dx) + 2;
  const pj = Math.ceil(apart(1, grid.y0) / grid.dy) + 2;
  return {
    i0: Math.max(0, Math.min(low.box.i0, high.box.i0) - pi),
    i1: Math.min(grid.width - 1, Math.max(low.box.i1, high.box.i1) + pi),
    j0: Math.max(0, Math.min(low.box.j0, high.box.j0) - pj),
    j1: Math.min(grid.height - 1, Math.max(low.box.j1, high.box.j1) + pj),
    k0: low.k,
    k1: high.k,
  };
}

function emptyClaims(grid: EditGrid): Claims {
  const count = grid.width * grid.height;
  return { labels: new Uint8Array(count), depths: new Float32Array(count).fill(Number.POSITIVE_INFINITY) };
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** True if a pixel lies within both shapes, compared where they are in the patient (to the nearest pixel). */
function overlap(grid: EditGrid, low: Shape, high: Shape): boolean {
  const di = Math.round(((grid.x0[low.k] ?? 0) - (grid.x0[high.k] ?? 0)) / grid.dx);
  const dj = Math.round(((grid.y0[low.k] ?? 0) - (grid.y0[high.k] ?? 0)) / grid.dy);
  for (let j = low.box.j0; j <= low.box.j1; j++) {
    for (let i = low.box.i0; i <= low.box.i1; i++) {
      const [hi, hj] = [i + di, j + dj];
      if (hi < 0 || hi >= grid.width || hj < 0 || hj >= grid.height) continue;
      if (low.members[j * grid.width + i] && high.members[hj * grid.width + hi]) return true;
    }
  }
  return false;
}
