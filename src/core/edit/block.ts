/** A dense part of the mask, cut out around what an edit works on, so that its cost follows the lesion and not the volume. */
import { ChangeRecorder, type MaskChange } from './changes';
import type { Box, EditGrid } from './grid';
import type { Gate, MaskReader } from './options';

/** Values of a box of voxels, i fastest, then j, then k. */
export interface Block {
  readonly box: Box;
  /** Voxels along i, j and k. */
  readonly ni: number;
  readonly nj: number;
  readonly nk: number;
  readonly values: Uint8Array;
}

/** Smallest box around the voxels whose label is in the table, in slices first to last; undefined if there is none. */
export function boxOf(
  grid: EditGrid,
  mask: MaskReader,
  table: Uint8Array,
  first = 0,
  last = grid.depth - 1,
): Box | undefined {
  let [i0, i1, j0, j1, k0, k1] = [grid.width, -1, grid.height, -1, -1, -1];
  for (let k = first; k <= last; k++) {
    const labels = mask.slice(k);
    if (!labels) continue;
    let found = false;
    for (let j = 0; j < grid.height; j++) {
      const row = j * grid.width;
      let low = 0;
      while (low < grid.width && table[labels[row + low] ?? 0] === 0) low++;
      if (low === grid.width) continue;
      let high = grid.width - 1;
      while (table[labels[row + high] ?? 0] === 0) high--;
      i0 = Math.min(i0, low);
      i1 = Math.max(i1, high);
      j0 = Math.min(j0, j);
      j1 = Math.max(j1, j);
      found = true;
    }
    if (found) {
      if (k0 < 0) k0 = k;
      k1 = k;
    }
  }
  return k0 < 0 ? undefined : { i0, i1, j0, j1, k0, k1 };
}

/** A block of zeros. */
export function emptyBlock(box: Box): Block {
  const [ni, nj, nk] = [box.i1 - box.i0 + 1, box.j1 - box.j0 + 1, box.k1 - box.k0 + 1];
  return { box, ni, nj, nk, values: new Uint8Array(ni * nj * nk) };
}

/** The labels of a box. */
export function cutBlock(grid: EditGrid, mask: MaskReader, box: Box): Block {
  const block = emptyBlock(box);
  for (let k = 0; k < block.nk; k++) {
    const labels = mask.slice(box.k0 + k);
    if (!labels) continue;
    for (let j = 0; j < block.nj; j++) {
      const from = (box.j0 + j) * grid.width + box.i0;
      block.values.set(labels.subarray(from, from + block.ni), (k * block.nj + j) * block.ni);
    }
  }
  return block;
}

/** 1 where the label is in the table (or, inverted, where it is not), as an array in the block's order. */
export function membership({ values }: Block, table: Uint8Array, inverted = false): Uint8Array {
  const out = new Uint8Array(values.length);
  const one = inverted ? 0 : 1;
  for (let n = 0; n < values.length; n++) out[n] = (table[values[n] ?? 0] ?? 0) === one ? 1 : 0;
  return out;
}

/** The change that turns the mask into the block's new labels, where the gate allows. `before` and `after` are in the block's order. */
export function changesOfBlock(
  grid: EditGrid,
  mask: MaskReader,
  gate: Gate,
  block: Block,
  after: Uint8Array,
): MaskChange {
  const changes = new ChangeRecorder(grid, mask, gate);
  const { box, ni, nj, nk, values } = block;
  let n = 0;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++, n++) {
        const label = after[n] ?? 0;
        if (label !== values[n]) changes.voxel(box.k0 + k, box.j0 + j, box.i0 + i, label);
      }
    }
  }
  return changes.finish();
}
