/** The mask of a whole scan in memory: labels voxel by voxel, kept only for slices that have any. */
import { encodeRuns, paintRuns, type SliceRuns } from '../annotation/runs';
import { type MaskChange, NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';
import type { MaskReader } from '../edit/options';
import type { Vec3 } from '../volume';

interface Slice {
  readonly labels: Uint8Array;
  /** Voxels that are not 0. */
  count: number;
  /** The same as runs; undefined after a change until somebody asks. */
  runs: Uint32Array | undefined;
}

const NO_RUNS = new Uint32Array(0);

/** Voxels (i, j, k) of the volume's index frame; a slice's labels lie at j * width + i. */
export class LabelVolume implements MaskReader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  private readonly slices = new Map<number, Slice>();

  /** @param masks Slices with blood, in any order; those not named are empty. Throws RangeError for runs outside of the size. */
  constructor([width, height, depth]: Vec3, masks: readonly SliceRuns[] = []) {
    this.width = width;
    this.height = height;
    this.depth = depth;
    for (const { slice, runs } of masks) this.setRuns(slice, runs);
  }

  slice(k: number): Uint8Array | undefined {
    return this.slices.get(k)?.labels;
  }

  /** Label of a voxel; 0 outside of the volume. */
  at(i: number, j: number, k: number): number {
    if (i < 0 || j < 0 || i >= this.width || j >= this.height) return 0;
    return this.slices.get(k)?.labels[j * this.width + i] ?? 0;
  }

  /** The mask of a slice as packed runs; not to be written to. */
  runs(k: number): Uint32Array {
    const slice = this.slices.get(k);
    if (slice === undefined) return NO_RUNS;
    slice.runs ??= encodeRuns(slice.labels, this.width, this.height);
    return slice.runs;
  }

  /** Slices that have blood, in order. */
  masks(): SliceRuns[] {
    return [...this.slices.keys()].sort((a, b) => a - b).map((slice) => ({ slice, runs: this.runs(slice) }));
  }

  /** Replaces the mask of a slice. Throws RangeError, with nothing changed, for runs outside of the size. */
  setRuns(k: number, runs: Uint32Array): void {
    this.checkSlice(k);
    if (runs.length === 0) {
      this.slices.delete(k);
      return;
    }
    const labels = new Uint8Array(this.width * this.height);
    paintRuns(runs, labels, this.width, this.height);
    let count = 0;
    for (let n = 0; n < runs.length; n += 4) count += runs[n + 3] ?? 0;
    this.slices.set(k, { labels, count, runs });
  }

  /**
   * Applies a change. Throws RangeError, with nothing changed, if a voxel is not what the change
   * says it was before: the change was made on another mask.
   */
  apply(change: MaskChange): void {
    for (const part of change) this.check(part);
    for (const part of change) this.write(part);
  }

  private check({ slice: k, runs }: SliceChange): void {
    this.checkSlice(k);
    const labels = this.slices.get(k)?.labels;
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const row = runs[n] ?? 0;
      const column = runs[n + 1] ?? 0;
      const length = runs[n + 2] ?? 0;
      const before = runs[n + 3];
      if (row >= this.height || column + length > this.width) {
        throw new RangeError(
          `Slice ${k}: row ${row}, columns ${column} to ${column + length - 1} lie outside of ${this.width} x ${this.height}.`,
        );
      }
      const start = row * this.width + column;
      for (let at = start; at < start + length; at++) {
        if ((labels?.[at] ?? 0) !== before) {
          throw new RangeError(
            `Slice ${k}: column ${at - row * this.width}, row ${row} has label ${labels?.[at] ?? 0}, and the change expects ${before}.`,
          );
        }
      }
    }
  }

  private write({ slice: k, runs }: SliceChange): void {
    const known = this.slices.get(k);
    const slice = known ?? { labels: new Uint8Array(this.width * this.height), count: 0, runs: undefined };
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const start = (runs[n] ?? 0) * this.width + (runs[n + 1] ?? 0);
      const length = runs[n + 2] ?? 0;
      const before = runs[n + 3] ?? 0;
      const after = runs[n + 4] ?? 0;
      slice.labels.fill(after, start, start + length);
      slice.count += (after === 0 ? 0 : length) - (before === 0 ? 0 : length);
    }
    slice.runs = undefined;
    if (slice.count === 0) this.slices.delete(k);
    else if (known === undefined) this.slices.set(k, slice);
  }

  private checkSlice(k: number): void {
    if (!(k >= 0 && k < this.depth)) throw new RangeError(`Slice ${k} is not one of the ${this.depth} slices.`);
  }
}
