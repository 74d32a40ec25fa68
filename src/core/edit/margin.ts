/** Grow and shrink by mm: dilation and erosion with an exact disc or ball. */
import { boxOf, changesOfBlock, cutBlock, membership } from './block';
import type { MaskChange } from './changes';
import { blockGrid } from './distance';
import type { Dimensions } from './flood';
import { type EditGrid, padBox } from './grid';
import { withinDistance } from './morphology';
import { type EditOptions, gateOf, type MaskReader, sliceRange, tableOf } from './options';
import type { Steps } from './steps';

export interface MarginOptions extends EditOptions {
  /** mm. Above 0 the label grows, below 0 it shrinks. */
  readonly margin: number;
  /** 2: within each slice; 3: across slices, by their true distances. */
  readonly dimensions: Dimensions;
}

/**
 * Grows the label over all voxels whose centre is within `margin` mm of one of its own, or takes
 * from it all voxels whose centre is within -`margin` mm of one outside it (they become unlabeled).
 *
 * The edge of the grid is no boundary: what lies beyond is unknown and takes nothing away. Growing
 * and then shrinking by the same margin never loses a voxel (it is a morphological closing).
 */
export function* changeMargin(grid: EditGrid, mask: MaskReader, options: MarginOptions): Steps<MaskChange> {
  const { label, margin, dimensions } = options;
  const radius = Math.abs(margin);
  if (label === 0 || !(radius > 0)) return [];
  const gate = gateOf(grid, options);
  const table = tableOf([label]);
  const { first, last } = dimensions === 2 ? sliceRange(grid, options) : { first: 0, last: grid.depth - 1 };
  const tight = boxOf(grid, mask, table, first, last);
  if (!tight) return [];
  const block = cutBlock(grid, mask, padBox(grid, tight, radius, dimensions === 3));
  const features = membership(block, table, margin < 0);
  const near = yield* withinDistance(features, blockGrid(grid, block.box), radius, dimensions);
  const after = block.values.map((value, n) => {
    if (near[n] === 0) return value;
    if (margin > 0) return label;
    return value === label ? 0 : value;
  });
  return changesOfBlock(grid, mask, gate, block, after);
}
