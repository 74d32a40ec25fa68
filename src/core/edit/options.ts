/** What every mask tool may change: the options that tools share, and their compiled form. */
import type { Label } from '../annotation/subtype';
import type { Volume } from '../volume';
import type { EditGrid } from './grid';

/** Inclusive limits in HU; a missing one is open. */
export interface HuLimits {
  readonly min?: number;
  readonly max?: number;
}

/** What is read of a volume to know HU. Padding voxels have no HU and lie within no limits. */
export type HuSource = Pick<Volume, 'voxels' | 'slope' | 'intercept' | 'padding'>;

/** Which voxels a tool may change. */
export interface Constraints {
  /** Labels that may be changed into another; without it every label (tools that differ say so). */
  readonly over?: readonly Label[];
  /** Labels to which no voxel is added and from which none is taken. */
  readonly locked?: readonly Label[];
  /** Only voxels within these limits change; needs `scan`. */
  readonly hu?: HuLimits;
  /** The voxels, for `hu`. */
  readonly scan?: HuSource;
  /** Only slices first to last (k, inclusive) change. */
  readonly slices?: { readonly first: number; readonly last: number };
}

export interface EditOptions extends Constraints {
  /** Label that the edit writes or works on; 0 erases where a tool paints. */
  readonly label: Label;
}

/** What of the mask the tools read. */
export interface MaskReader {
  /** Labels of slice k at j * width + i, not to be written to; undefined if no voxel of it is labeled. */
  slice(k: number): Uint8Array | undefined;
}

/** The shared options compiled: which changes of which voxels are allowed. */
export interface Gate {
  readonly first: number;
  readonly last: number;
  /** True if voxel `offset` (j * width + i) of slice k may change from one label to another. */
  allows(k: number, offset: number, before: number, after: number): boolean;
}

/**
 * Compiles shared options.
 * @param overDefault Labels that may be changed where the options do not say; without it every label.
 * @throws RangeError if HU limits come without voxels, or with voxels of another size.
 */
export function gateOf(grid: EditGrid, options: Constraints, overDefault?: readonly Label[]): Gate {
  const over = options.over ?? overDefault;
  const locked = tableOf(options.locked ?? []);
  const mayLose = over ? tableOf(over) : new Uint8Array(256).fill(1);
  for (let label = 0; label < 256; label++) if (locked[label]) mayLose[label] = 0;
  const within = huTest(grid, options.scan, options.hu);
  const plane = grid.width * grid.height;
  return {
    ...sliceRange(grid, options),
    allows: (k, offset, before, after) =>
      before !== after && mayLose[before] === 1 && locked[after] === 0 && within(k * plane + offset),
  };
}

/** The slices that options allow, clipped to the grid; first > last if there is none. */
export function sliceRange(grid: EditGrid, { slices }: Pick<Constraints, 'slices'>): { first: number; last: number } {
  return { first: Math.max(0, slices?.first ?? 0), last: Math.min(grid.depth - 1, slices?.last ?? grid.depth - 1) };
}

/** table[label] is 1 for the labels given. */
export function tableOf(labels: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const label of labels) table[label] = 1;
  return table;
}

/** Reads the HU of a voxel by its index k * width * height + j * width + i; NaN for padding. */
export function huReader({ voxels, slope, intercept, padding }: HuSource): (index: number) => number {
  const { from, to } = padding ?? { from: 1, to: 0 };
  return (index) => {
    const raw = Number(voxels[index]);
    return raw >= from && raw <= to ? Number.NaN : raw * slope + intercept;
  };
}

/** Test whether a voxel's HU lies within limits. Open limits on both sides hold for every voxel. */
export function huTest(grid: EditGrid, scan?: HuSource, limits?: HuLimits): (index: number) => boolean {
  const min = limits?.min ?? Number.NEGATIVE_INFINITY;
  const max = limits?.max ?? Number.POSITIVE_INFINITY;
  if (min === Number.NEGATIVE_INFINITY && max === Number.POSITIVE_INFINITY) return () => true;
  const voxels = grid.width * grid.height * grid.depth;
  if (scan?.voxels.length !== voxels) {
    throw new RangeError(`HU limits need the scan's ${voxels} voxels; ${scan?.voxels.length ?? 'none'} were given`);
  }
  const read = huReader(scan);
  return (index) => {
    const hu = read(index);
    return hu >= min && hu <= max;
  };
}
