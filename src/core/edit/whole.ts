/** Edits of whole slices, subtypes and lesions: copy, clear, relabel. */
import type { Label } from '../annotation/subtype';
import type { Vec3 } from '../volume';
import { ChangeRecorder, type MaskChange } from './changes';
import { type Connectivity, type Dimensions, flood, neighbourSteps } from './flood';
import type { EditGrid } from './grid';
import { type Constraints, gateOf, type MaskReader, tableOf } from './options';
import type { Steps } from './steps';

export interface CopyOptions extends Constraints {
  /** Subtypes to copy; without it all. */
  readonly labels?: readonly number[];
  /**
   * empty: only voxels of the target slice without label take one. replace: the target slice's voxels
   * of these subtypes are cleared where the source has none.
   */
  readonly mode: 'empty' | 'replace';
}

/** Copies the labels of slice `from` to slice `to` (k), pixel by pixel as the two slices are shown. */
export function copySlice(
  grid: EditGrid,
  mask: MaskReader,
  from: number,
  to: number,
  options: CopyOptions,
): MaskChange {
  if (from === to || from < 0 || from >= grid.depth || to < 0 || to >= grid.depth) return [];
  const changes = new ChangeRecorder(grid, mask, gateOf(grid, options, options.mode === 'empty' ? [0] : undefined));
  const table = options.labels ? tableOf(options.labels) : new Uint8Array(256).fill(1);
  table[0] = 0;
  const source = mask.slice(from);
  const target = mask.slice(to);
  if (!source && !target) return [];
  for (let j = 0; j < grid.height; j++) {
    for (let i = 0; i < grid.width; i++) {
      const n = j * grid.width + i;
      const label = source?.[n] ?? 0;
      if (table[label]) changes.voxel(to, j, i, label);
      else if (options.mode === 'replace' && table[target?.[n] ?? 0]) changes.voxel(to, j, i, 0);
    }
  }
  return changes.finish();
}

/**
 * Takes away labels: of one slice with `slices` first = last = k, of a subtype with `labels`, both
 * with both, of all with neither.
 */
export function clearLabels(
  grid: EditGrid,
  mask: MaskReader,
  options: Constraints & { readonly labels?: readonly number[] },
): MaskChange {
  const gate = gateOf(grid, options);
  const changes = new ChangeRecorder(grid, mask, gate);
  const table = options.labels ? tableOf(options.labels) : new Uint8Array(256).fill(1);
  for (let k = gate.first; k <= gate.last; k++) {
    const labels = mask.slice(k);
    if (!labels) continue;
    for (let j = 0; j < grid.height; j++) {
      for (let i = 0; i < grid.width; i++) {
        const label = labels[j * grid.width + i] ?? 0;
        if (label !== 0 && table[label]) changes.voxel(k, j, i, 0);
      }
    }
  }
  return changes.finish();
}

/**
 * Gives the connected lesion under a voxel another label (0 removes it). Of a lesion that reaches
 * beyond `slices`, only the part within them that is connected there changes.
 * @param seed Index (i, j, k), integers; where nothing is labeled nothing changes.
 */
export function* relabelLesion(
  grid: EditGrid,
  mask: MaskReader,
  seed: Vec3,
  label: Label,
  options: Constraints & { readonly dimensions: Dimensions; readonly connectivity: Connectivity },
): Steps<MaskChange> {
  const gate = gateOf(grid, options);
  const own = mask.slice(seed[2])?.[seed[1] * grid.width + seed[0]] ?? 0;
  if (own === 0) return [];
  const accept = (k: number, offset: number): boolean =>
    k >= gate.first && k <= gate.last && mask.slice(k)?.[offset] === own;
  const lesion = yield* flood(grid, seed, neighbourSteps(options.dimensions, options.connectivity), accept);
  return yield* lesion.paint(mask, gate, label);
}
