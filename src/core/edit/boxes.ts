/** Boxes of findings from the mask. */
import type { Box } from '../annotation/annotation';
import { boxOf, cutBlock } from './block';
import { components } from './components';
import type { EditGrid } from './grid';
import { type MaskReader, tableOf } from './options';
import { finish } from './steps';

/**
 * The smallest boxes around a label in slice k: one around all of it, or one for each connected
 * part (neighbours share a face, edge or corner), in order of their first voxel. None for label 0.
 */
export function boxesOfSlice(
  grid: EditGrid,
  mask: MaskReader,
  k: number,
  label: number,
  by: 'label' | 'part',
): readonly Box[] {
  const box = label === 0 ? undefined : boxOf(grid, mask, tableOf([label]), k, k);
  if (!box) return [];
  const { ni, nj, values } = cutBlock(grid, mask, box);
  if (by === 'label') return [[box.i0, box.j0, ni, nj]];
  const members = values.map((value) => (value === label ? 1 : 0));
  const { parts, count } = finish(components(members, [ni, nj, 1], 2, 'full'));
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
  return limits.map(({ i0, i1, j0, j1 }) => [box.i0 + i0, box.j0 + j0, i1 - i0 + 1, j1 - j0 + 1] as const);
}
