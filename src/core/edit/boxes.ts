/** Boxes from the mask. */
import { boxOf, cutBlock } from './block';
import { components } from './components';
import type { EditGrid } from './grid';
import { type MaskReader, tableOf } from './options';

/** A box in one slice around voxels of one label; all limits are inclusive voxel indices. */
export interface LabelBox {
  readonly slice: number;
  readonly label: number;
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/**
 * The smallest boxes around a label in slice k: one around all of it, or one for each connected
 * part (neighbours share a face, edge or corner), in order of their first voxel.
 */
export function boxesOfSlice(
  grid: EditGrid,
  mask: MaskReader,
  k: number,
  label: number,
  by: 'label' | 'part',
): readonly LabelBox[] {
  const table = tableOf([label]);
  const box = label === 0 ? undefined : boxOf(grid, mask, table, k, k);
  if (!box) return [];
  if (by === 'label') return [{ slice: k, label, i0: box.i0, i1: box.i1, j0: box.j0, j1: box.j1 }];
  const { ni, nj, values } = cutBlock(grid, mask, box);
  const { parts, count } = components(
    values.map((value) => (value === label ? 1 : 0)),
    [ni, nj, 1],
    2,
    'full',
  );
  const limits = Array.from({ length: count }, () => ({ i0: ni, i1: -1, j0: nj, j1: -1 }));
  for (let n = 0; n < parts.length; n++) {
    const limit = limits[(parts[n] ?? 0) - 1];
    if (!limit) continue;
    const [i, j] = [n % ni, Math.floor(n / ni)];
    limit.i0 = Math.min(limit.i0, i);
    limit.i1 = Math.max(limit.i1, i);
    limit.j0 = Math.min(limit.j0, j);
    limit.j1 = Math.max(limit.j1, j);
  }
  return limits.map(({ i0, i1, j0, j1 }) => ({
    slice: k,
    label,
    i0: box.i0 + i0,
    i1: box.i0 + i1,
    j0: box.j0 + j0,
    j1: box.j0 + j1,
  }));
}
