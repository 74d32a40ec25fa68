/** Remove islands: connected parts below a size. */
import { SUBTYPES } from '../annotation/subtype';
import { boxOf, changesOfBlock, cutBlock } from './block';
import type { MaskChange } from './changes';
import { components } from './components';
import type { Connectivity, Dimensions } from './flood';
import type { EditGrid } from './grid';
import { type Constraints, gateOf, type MaskReader, sliceRange, tableOf } from './options';
import type { Steps } from './steps';

export interface IslandOptions extends Constraints {
  /** Subtypes whose islands go; without it all. */
  readonly labels?: readonly number[];
  /** 2: parts of each slice by itself; 3: parts over slices. */
  readonly dimensions: Dimensions;
  readonly connectivity: Connectivity;
  /** Parts smaller than this go. mm2 is for `dimensions` 2; mL counts each slice's own extent. */
  readonly below: { readonly unit: 'voxels' | 'mm2' | 'mL'; readonly value: number };
}

/**
 * Takes away connected parts below a size; their voxels become unlabeled.
 * @throws RangeError for mm2 in 3-D, where an area means nothing.
 */
export function* removeIslands(grid: EditGrid, mask: MaskReader, options: IslandOptions): Steps<MaskChange> {
  const { below, dimensions } = options;
  if (below.unit === 'mm2' && dimensions === 3) throw new RangeError('a size in mm2 needs islands of single slices');
  const table = tableOf((options.labels ?? SUBTYPES.map((_, n) => n + 1)).filter((label) => label > 0));
  // Over slices a part counts whole, also what of it lies in slices that may not change.
  const { first, last } = dimensions === 2 ? sliceRange(grid, options) : { first: 0, last: grid.depth - 1 };
  const box = boxOf(grid, mask, table, first, last);
  if (!box) return [];
  const block = cutBlock(grid, mask, box);
  const { ni, nj, nk, values } = block;
  const chosen = values.map((value) => (table[value] ? value : 0));
  const { parts, count } = yield* components(chosen, [ni, nj, nk], dimensions, options.connectivity);
  const sizes = new Float64Array(count + 1);
  const plane = ni * nj;
  for (let k = 0; k < nk; k++) {
    const voxel = sizeOfVoxel(grid, box.k0 + k, below.unit);
    for (let n = k * plane; n < (k + 1) * plane; n++) {
      const part = parts[n] ?? 0;
      sizes[part] = (sizes[part] ?? 0) + voxel;
    }
  }
  // Sums of equal parts round; a part of exactly the size stays.
  const limit = below.value * (1 - 1e-9);
  const after = values.map((value, n) => {
    const part = parts[n] ?? 0;
    return part > 0 && (sizes[part] ?? 0) < limit ? 0 : value;
  });
  return changesOfBlock(grid, mask, gateOf(grid, options), block, after);
}

function sizeOfVoxel({ dx, dy, extent }: EditGrid, k: number, unit: IslandOptions['below']['unit']): number {
  if (unit === 'voxels') return 1;
  return unit === 'mm2' ? dx * dy : (dx * dy * (extent[k] ?? 0)) / 1000;
}
