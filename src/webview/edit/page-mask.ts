/** The mask of the shown scan in the page, with what changed in it, so that only that is drawn again. */
import type { SliceRuns } from '../../core/annotation/runs';
import { SUBTYPES } from '../../core/annotation/subtype';
import { type MaskChange, NUMBERS_PER_RUN } from '../../core/edit/changes';
import type { Box } from '../../core/edit/grid';
import type { MaskReader } from '../../core/edit/options';
import { LabelVolume } from '../../core/mask/label-volume';
import type { Slice, Vec3 } from '../../core/volume';

/** What there is of one label. */
export interface LabelMeasure {
  readonly slices: number;
  /** mL: over slices, voxels times pixel area times what the slice stands for. */
  readonly milliliters: number;
}

/** Told of each change with the index boxes that it touches, one a slice; undefined where anything may have changed. */
export type MaskWatcher = (boxes: readonly Box[] | undefined) => void;

/** Voxels (i, j, k) of the volume's index frame; a slice's labels lie at j * width + i. */
export class PageMask implements MaskReader {
  private labels: LabelVolume;
  /** Voxels of each label (index 0 is unused) by slice; slices without any may be missing. */
  private counts = new Map<number, Int32Array>();
  private readonly watchers = new Set<MaskWatcher>();

  /** @param size Voxels along i, j, k. */
  constructor(readonly size: Vec3) {
    this.labels = new LabelVolume(size);
  }

  /** Replaces all labels by those of the runs. Throws RangeError, and changes nothing, where they lie outside the scan. */
  replace(slices: readonly SliceRuns[]): void {
    const labels = new LabelVolume(this.size, slices);
    this.labels = labels;
    this.counts = new Map();
    for (const { slice, runs } of slices) {
      const counts = this.countsOf(slice);
      for (let n = 0; n < runs.length; n += 4) counts[runs[n] ?? 0] = (counts[runs[n] ?? 0] ?? 0) + (runs[n + 3] ?? 0);
    }
    for (const watcher of this.watchers) watcher(undefined);
  }

  /** Applies a change. Throws RangeError, with nothing changed, if it was made on another mask. */
  apply(change: MaskChange): void {
    if (change.length === 0) return;
    this.labels.apply(change);
    for (const { slice, runs } of change) {
      const counts = this.countsOf(slice);
      for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
        const [length, before, after] = [runs[n + 2] ?? 0, runs[n + 3] ?? 0, runs[n + 4] ?? 0];
        counts[before] = (counts[before] ?? 0) - length;
        counts[after] = (counts[after] ?? 0) + length;
      }
    }
    const boxes = boxesOfChange(change);
    for (const watcher of this.watchers) watcher(boxes);
  }

  /** Calls the watcher after every change. Returns the way to stop. */
  watch(watcher: MaskWatcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Labels of slice k, i fastest; undefined where there are none. Not to be written to; changes with the mask. */
  slice(k: number): Uint8Array | undefined {
    return this.labels.slice(k);
  }

  /** Label of a voxel; 0 outside of the volume. */
  at(i: number, j: number, k: number): number {
    return this.labels.at(i, j, k);
  }

  /** Slices with labels as packed runs, in order. */
  masks(): SliceRuns[] {
    return this.labels.masks();
  }

  get empty(): boolean {
    for (const counts of this.counts.values()) for (let n = 1; n < counts.length; n++) if (counts[n]) return false;
    return true;
  }

  /** For each slice with labels, which of them it has. */
  bySlice(): ReadonlyMap<number, ReadonlySet<number>> {
    const result = new Map<number, Set<number>>();
    for (const [k, counts] of this.counts) {
      const labels = SUBTYPES.map((_, n) => n + 1).filter((label) => (counts[label] ?? 0) > 0);
      if (labels.length > 0) result.set(k, new Set(labels));
    }
    return result;
  }

  /**
   * Slices and volume of each label, label 1 first.
   * @param pixelArea mm2.
   */
  measure(slices: readonly Pick<Slice, 'extent'>[], pixelArea: number): readonly LabelMeasure[] {
    const totals = SUBTYPES.map(() => ({ slices: 0, milliliters: 0 }));
    for (const [k, counts] of this.counts) {
      const volume = (pixelArea * (slices[k]?.extent ?? 0)) / 1000;
      totals.forEach((total, n) => {
        const count = counts[n + 1] ?? 0;
        total.slices += count > 0 ? 1 : 0;
        total.milliliters += count * volume;
      });
    }
    return totals;
  }

  private countsOf(k: number): Int32Array {
    const known = this.counts.get(k);
    if (known) return known;
    const counts = new Int32Array(256);
    this.counts.set(k, counts);
    return counts;
  }
}

/** For each changed slice the smallest index box around what changed. */
export function boxesOfChange(change: MaskChange): Box[] {
  return change.flatMap(({ slice, runs }) => {
    if (runs.length === 0) return [];
    let [i0, i1] = [Number.POSITIVE_INFINITY, -1];
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const start = runs[n + 1] ?? 0;
      i0 = Math.min(i0, start);
      i1 = Math.max(i1, start + (runs[n + 2] ?? 0) - 1);
    }
    // Runs are ordered by row.
    return [{ i0, i1, j0: runs[0] ?? 0, j1: runs[runs.length - NUMBERS_PER_RUN] ?? 0, k0: slice, k1: slice }];
  });
}
