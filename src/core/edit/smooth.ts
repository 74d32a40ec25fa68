/** Smoothing of all labels together, so that they neither overlap nor come apart where they touch. */
import { SUBTYPES } from '../annotation/subtype';
import { boxOf, changesOfBlock, cutBlock, membership } from './block';
import type { MaskChange } from './changes';
import { blockGrid } from './distance';
import type { Dimensions } from './flood';
import { type EditGrid, padBox } from './grid';
import { majorityLabels } from './majority';
import { closed, nearestLabel, opened } from './morphology';
import { type Constraints, gateOf, type MaskReader, sliceRange, tableOf } from './options';
import type { Steps } from './steps';

export interface SmoothOptions extends Constraints {
  /**
   * median: each voxel takes the label that most of its neighbourhood has (with one label the median
   * filter). open: takes away what is thinner than the radius. close: fills gaps and notches narrower
   * than that.
   */
  readonly method: 'median' | 'open' | 'close';
  /** mm, of the disc or ball. */
  readonly radius: number;
  readonly dimensions: Dimensions;
  /** Subtypes to smooth: only changes to or from one of them are made. Without it all. */
  readonly labels?: readonly number[];
}

/**
 * Smooths labels. With `open`, a voxel that is taken away goes to the nearest of what is left, be it
 * a label or unlabeled; with `close`, a voxel claimed by two labels goes to the
 * nearer one, and without `over` only unlabeled voxels are claimed.
 */
export function* smooth(grid: EditGrid, mask: MaskReader, options: SmoothOptions): Steps<MaskChange> {
  const { method, radius, dimensions } = options;
  const smoothed = (options.labels ?? SUBTYPES.map((_, n) => n + 1)).filter((label) => label > 0);
  const table = tableOf(smoothed);
  const { first, last } = dimensions === 2 ? sliceRange(grid, options) : { first: 0, last: grid.depth - 1 };
  const tight = boxOf(grid, mask, table, first, last);
  if (!tight || !(radius > 0)) return [];
  const gate = gateOf(grid, options, method === 'close' ? [0] : undefined);
  // Twice the radius: the neighbourhoods of all voxels that may change lie within.
  const block = cutBlock(grid, mask, padBox(grid, tight, 2 * radius, dimensions === 3));
  const geometry = blockGrid(grid, block.box);
  const present = [...new Set(block.values)].sort((a, b) => a - b);
  const locked = tableOf(options.locked ?? []);
  let after: Uint8Array;
  if (method === 'median') {
    const extent = grid.extent.subarray(block.box.k0, block.box.k1 + 1);
    const voted = yield* majorityLabels(block, geometry, extent, radius, dimensions, present);
    after = block.values.map((before, n) => {
      const winner = voted[n] ?? 0;
      return table[before] || table[winner] ? winner : before;
    });
  } else if (method === 'open') {
    const freed = new Uint8Array(block.values.length);
    for (const label of present.filter((value) => table[value] && !locked[value])) {
      const kept = yield* opened(membership(block, tableOf([label])), geometry, radius, dimensions);
      for (let n = 0; n < freed.length; n++) if (block.values[n] === label && !kept[n]) freed[n] = 1;
    }
    const takers = present.filter((value) => !locked[value]);
    const rest = freed.map((value) => (value ? 0 : 1));
    after = yield* nearestLabel(block, freed, rest, takers, geometry, dimensions);
  } else {
    const claimed = new Uint8Array(block.values.length);
    const all = new Uint8Array(block.values.length).fill(1);
    const claims = new Map<number, Uint8Array>();
    for (const label of present.filter((value) => table[value] && !locked[value])) {
      const claim = yield* closed(membership(block, tableOf([label])), geometry, radius, dimensions);
      claims.set(label, claim);
      for (let n = 0; n < claimed.length; n++) if (claim[n] && block.values[n] !== label) claimed[n] = 1;
    }
    const nearest = yield* nearestLabel(block, claimed, all, [...claims.keys()], geometry, dimensions);
    after = block.values.map((before, n) => {
      if (!claimed[n]) return before;
      const near = nearest[n] ?? before;
      if (claims.get(near)?.[n]) return near;
      // The nearest label does not claim the voxel: the (first) one that does takes it.
      for (const [label, claim] of claims) if (claim[n] && label !== before) return label;
      return before;
    });
  }
  return changesOfBlock(grid, mask, gate, block, after);
}
