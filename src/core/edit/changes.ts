/**
 * What an edit changes, gathered voxel by voxel and joined to runs.
 *
 * Every tool goes through here, so the gate (locked subtypes, labels that may be painted over, HU
 * limits, slices) holds for all of them.
 */
import type { EditGrid } from './grid';
import type { Gate, MaskReader } from './options';

/** Five numbers a run: row j, first column i, length, label before, label after. */
export const NUMBERS_PER_RUN = 5;

/** Changed voxels of one slice, runs ordered by row, then column; never overlapping. */
export interface SliceChange {
  /** Slice index k. */
  readonly slice: number;
  readonly runs: Uint32Array;
}

/** Changed slices in ascending order; empty if the edit changes nothing. */
export type MaskChange = readonly SliceChange[];

/** The change that takes a change back. */
export function invert(change: MaskChange): MaskChange {
  return change.map(({ slice, runs }) => {
    const inverse = runs.slice();
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      inverse[n + 3] = runs[n + 4] ?? 0;
      inverse[n + 4] = runs[n + 3] ?? 0;
    }
    return { slice, runs: inverse };
  });
}

/** Writes the changed voxels of one slice into its labels (width * height). */
export function applyToSlice({ runs }: SliceChange, labels: Uint8Array, width: number): void {
  for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
    const start = (runs[n] ?? 0) * width + (runs[n + 1] ?? 0);
    labels.fill(runs[n + 4] ?? 0, start, start + (runs[n + 2] ?? 0));
  }
}

/** Number of voxels that a change changes. */
export function changedVoxels(change: MaskChange): number {
  let count = 0;
  for (const { runs } of change) {
    for (let n = 2; n < runs.length; n += NUMBERS_PER_RUN) count += runs[n] ?? 0;
  }
  return count;
}

/** Gathers changes. Voxels must come slice by slice or in any order of slices, but within a slice by row and column, none twice. */
export class ChangeRecorder {
  readonly #slices = new Map<number, number[]>();
  /** The slice written to last, and its runs. */
  #slice = -1;
  #runs: number[] = [];

  constructor(
    readonly grid: EditGrid,
    readonly mask: MaskReader,
    readonly gate: Gate,
  ) {}

  /** Gives columns first to last of row j, slice k the label, where the gate allows. Clipped to the grid. */
  span(k: number, j: number, first: number, last: number, label: number): void {
    const { gate, grid } = this;
    if (k < gate.first || k > gate.last || j < 0 || j >= grid.height) return;
    const labels = this.mask.slice(k);
    const row = j * grid.width;
    const end = Math.min(grid.width - 1, last);
    const runs = this.#runsOf(k);
    for (let i = Math.max(0, first); i <= end; i++) {
      const before = labels?.[row + i] ?? 0;
      if (!gate.allows(k, row + i, before, label)) continue;
      const n = runs.length - NUMBERS_PER_RUN;
      const length = runs[n + 2] ?? 0;
      if (runs[n] === j && (runs[n + 1] ?? 0) + length === i && runs[n + 3] === before && runs[n + 4] === label) {
        runs[n + 2] = length + 1;
      } else {
        runs.push(j, i, 1, before, label);
      }
    }
  }

  /** Gives one voxel the label, where the gate allows. */
  voxel(k: number, j: number, i: number, label: number): void {
    this.span(k, j, i, i, label);
  }

  finish(): MaskChange {
    return [...this.#slices]
      .filter(([, runs]) => runs.length > 0)
      .sort(([a], [b]) => a - b)
      .map(([slice, runs]) => ({ slice, runs: Uint32Array.from(runs) }));
  }

  #runsOf(k: number): number[] {
    if (k === this.#slice) return this.#runs;
    this.#runs = this.#slices.get(k) ?? [];
    this.#slices.set(k, this.#runs);
    this.#slice = k;
    return this.#runs;
  }
}
