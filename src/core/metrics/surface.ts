/**
 * Distance between the surfaces of two masks.
 *
 * The surface of a mask are its voxels that have, among the six that they share a face with, one
 * outside of the mask; beyond the image is outside. The distance from a surface voxel to the other
 * surface is that to the nearest of its voxels, centre to centre, in mm in the patient: columns and
 * rows by their own spacing, every slice at its own position, shifted where the gantry was tilted.
 */
import type { SliceRuns } from '../annotation/runs';
import { type BlockGrid, blockGrid, squaredDistances } from '../edit/distance';
import { type Box, type EditGrid, gridOf } from '../edit/grid';
import { finish } from '../edit/steps';
import type { MeasureGrid } from '../measure/grid';
import { cross, dot, negate, norm, normalize, subtract } from '../vec3';
import type { Vec3 } from '../volume';
import { once, quantileOf } from './estimators';

/** Voxels of one class: packed runs (label, row, start, length) by slice, in any order. */
export type ClassMask = readonly SliceRuns[];

/**
 * 95th percentile Hausdorff distance, mm: of each surface's distances to the other the 95th percentile
 * (linear between values, as NumPy's), and of the two the larger one (Maier-Hein et al., Nature Methods
 * 21, 2024). Undefined where a mask is empty.
 * @param size Columns, rows and slices of the image.
 */
export function hausdorff95(a: ClassMask, b: ClassMask, grid: MeasureGrid, size: Vec3): number | undefined {
  const box = boxOf([...a, ...b]);
  if (box === undefined || boxOf(a) === undefined || boxOf(b) === undefined) return undefined;
  const block = blockGrid(frameOf(grid, size), box);
  const [surfaceA, surfaceB] = [surface(a, box, block), surface(b, box, block)];
  return Math.max(percentile95(surfaceA, surfaceB, block), percentile95(surfaceB, surfaceA, block));
}

function percentile95(from: Uint8Array, to: Uint8Array, block: BlockGrid): number {
  const squared = finish(squaredDistances(to, block, 3));
  const distances: { patient: number; value: number }[] = [];
  from.forEach((is, n) => {
    if (is) distances.push({ patient: 0, value: Math.sqrt(squared[n] ?? 0) });
  });
  return quantileOf(distances, 0.95)(once(1)) ?? 0;
}

function boxOf(masks: ClassMask): Box | undefined {
  let [i0, j0, k0] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [i1, j1, k1] = [-1, -1, -1];
  for (const { slice, runs } of masks) {
    for (let n = 0; n < runs.length; n += 4) {
      const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
      i0 = Math.min(i0, start);
      i1 = Math.max(i1, start + length - 1);
      j0 = Math.min(j0, row);
      j1 = Math.max(j1, row);
      k0 = Math.min(k0, slice);
      k1 = Math.max(k1, slice);
    }
  }
  return k1 < 0 ? undefined : { i0, i1, j0, j1, k0, k1 };
}

/** Surface voxels of a mask that lies within the box, 1 in an array of the box's size. */
function surface(mask: ClassMask, { i0, j0, k0 }: Box, { ni, nj, nk }: BlockGrid): Uint8Array {
  const inside = new Uint8Array(ni * nj * nk);
  for (const { slice, runs } of mask) {
    for (let n = 0; n < runs.length; n += 4) {
      const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
      const first = ((slice - k0) * nj + row - j0) * ni + start - i0;
      inside.fill(1, first, first + length);
    }
  }
  const out = new Uint8Array(inside.length);
  for (let k = 0, at = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++, at++) {
        if (!inside[at]) continue;
        const enclosed =
          i > 0 &&
          i < ni - 1 &&
          j > 0 &&
          j < nj - 1 &&
          k > 0 &&
          k < nk - 1 &&
          inside[at - 1] &&
          inside[at + 1] &&
          inside[at - ni] &&
          inside[at + ni] &&
          inside[at - ni * nj] &&
          inside[at + ni * nj];
        if (!enclosed) out[at] = 1;
      }
    }
  }
  return out;
}

/** The grid that distances are measured in. */
function frameOf({ column, row, positions, extents }: MeasureGrid, size: Vec3): EditGrid {
  const axes = [normalize(column), normalize(row)] as const;
  const perpendicular = normalize(cross(...axes));
  const first: Vec3 = positions[0] ?? [0, 0, 0];
  const last = positions.at(-1) ?? first;
  const normal = dot(subtract(last, first), perpendicular) < 0 ? negate(perpendicular) : perpendicular;
  return gridOf({
    size,
    spacing: [norm(column), norm(row), 1],
    direction: [...axes, normal],
    normal,
    slices: positions.map((position, k) => ({ position, extent: extents[k] ?? 0 })),
  });
}
