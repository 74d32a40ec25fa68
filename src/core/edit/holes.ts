/** Fill holes: voxels that a label encloses. */

import { type Block, boxOf, changesOfBlock, cutBlock, membership } from './block';
import type { MaskChange } from './changes';
import type { Dimensions } from './flood';
import type { EditGrid } from './grid';
import { type EditOptions, gateOf, type MaskReader, tableOf } from './options';
import type { Steps } from './steps';

export interface FillHolesOptions extends EditOptions {
  /** 2: holes of each slice by itself; 3: cavities closed in all directions. */
  readonly dimensions: Dimensions;
}

/**
 * Gives the label to the unlabeled voxels that it encloses: those from which no way along faces
 * leads to the edge of the grid without crossing the label. Without `over` only unlabeled voxels
 * are filled, so blood of another subtype inside stays as it is.
 */
export function* fillHoles(grid: EditGrid, mask: MaskReader, options: FillHolesOptions): Steps<MaskChange> {
  const gate = gateOf(grid, options, [0]);
  const table = tableOf([options.label]);
  // In 3-D the whole lesion encloses, also the part of it in slices that may not change.
  const all = options.dimensions === 3;
  const box = boxOf(grid, mask, table, all ? 0 : gate.first, all ? grid.depth - 1 : gate.last);
  if (!box || options.label === 0) return [];
  const block = cutBlock(grid, mask, box);
  const open = membership(block, table, true);
  if (options.dimensions === 3) {
    clearOutside(open, block.ni, block.nj, block.nk, true);
    yield { done: block.nk, total: block.nk };
  } else {
    const plane = block.ni * block.nj;
    for (let k = 0; k < block.nk; k++) {
      clearOutside(open.subarray(k * plane, (k + 1) * plane), block.ni, block.nj, 1, false);
      yield { done: k + 1, total: block.nk };
    }
  }
  return changesOfBlock(grid, mask, gate, block, filled(block, open, options.label));
}

function filled({ values }: Block, holes: Uint8Array, label: number): Uint8Array {
  return values.map((value, n) => (holes[n] ? label : value));
}

/**
 * Sets to 0 the open voxels that are connected along faces to the faces of the array (with `capped`
 * also to those of its first and last slice); those left are enclosed. An array cut tightly around a label may be used as it
 * is: an open voxel on its face has the outside as its neighbour.
 */
function clearOutside(open: Uint8Array, ni: number, nj: number, nk: number, capped: boolean): void {
  const plane = ni * nj;
  const stack: number[] = [];
  const visit = (n: number): void => {
    if (open[n]) {
      open[n] = 0;
      stack.push(n);
    }
  };
  for (let k = 0; k < nk; k++) {
    const cap = capped && (k === 0 || k === nk - 1);
    for (let j = 0; j < nj; j++) {
      const row = k * plane + j * ni;
      if (cap || j === 0 || j === nj - 1) for (let i = 0; i < ni; i++) visit(row + i);
      else {
        visit(row);
        visit(row + ni - 1);
      }
    }
  }
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    const k = Math.floor(n / plane);
    const j = Math.floor((n - k * plane) / ni);
    const i = n - k * plane - j * ni;
    if (i > 0) visit(n - 1);
    if (i < ni - 1) visit(n + 1);
    if (j > 0) visit(n - ni);
    if (j < nj - 1) visit(n + ni);
    if (k > 0) visit(n - plane);
    if (k < nk - 1) visit(n + plane);
  }
}
