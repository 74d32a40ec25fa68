/** The mask of a scan: a label image for each slice that has any. */
import { paintRuns, type SliceRuns } from '../../core/annotation/runs';
import { SUBTYPES } from '../../core/annotation/subtype';
import type { Slice, Vec3 } from '../../core/volume';

/** What there is of one label. */
export interface LabelMeasure {
  readonly slices: number;
  /** mL: over slices, voxels times pixel area times what the slice stands for. */
  readonly milliliters: number;
}

export class LabelVolume {
  private images = new Map<number, Uint8Array>();
  /** Changes whenever the labels do. */
  version = 0;

  /** @param size Voxels along i, j, k. */
  constructor(readonly size: Vec3) {}

  /** Replaces all labels by those of the runs. Throws RangeError, and changes nothing, where they lie outside the scan. */
  replace(slices: readonly SliceRuns[]): void {
    const [width, height, depth] = this.size;
    const images = new Map<number, Uint8Array>();
    for (const { slice, runs } of slices) {
      if (slice < 0 || slice >= depth) throw new RangeError(`slice ${slice} lies outside the scan's ${depth} slices`);
      const image = images.get(slice) ?? new Uint8Array(width * height);
      paintRuns(runs, image, width, height);
      images.set(slice, image);
    }
    this.images = images;
    this.version++;
  }

  /** Labels of slice k, i fastest; undefined where there are none. Not to be written to. */
  slice(k: number): Uint8Array | undefined {
    return this.images.get(k);
  }

  get empty(): boolean {
    return this.images.size === 0;
  }

  /** For each slice with labels, which of them it has. */
  bySlice(): ReadonlyMap<number, ReadonlySet<number>> {
    const result = new Map<number, Set<number>>();
    for (const [k, image] of this.images) {
      const labels = new Set(image);
      labels.delete(0);
      if (labels.size > 0) result.set(k, labels);
    }
    return result;
  }

  /**
   * Slices and volume of each label, label 1 first.
   * @param pixelArea mm2.
   */
  measure(slices: readonly Pick<Slice, 'extent'>[], pixelArea: number): readonly LabelMeasure[] {
    const totals = SUBTYPES.map(() => ({ slices: 0, milliliters: 0 }));
    for (const [k, image] of this.images) {
      const counts = SUBTYPES.map(() => 0);
      for (const label of image) if (label !== 0) counts[label - 1] = (counts[label - 1] ?? 0) + 1;
      const volume = (pixelArea * (slices[k]?.extent ?? 0)) / 1000;
      totals.forEach((total, n) => {
        const count = counts[n] ?? 0;
        total.slices += count > 0 ? 1 : 0;
        total.milliliters += count * volume;
      });
    }
    return totals;
  }
}
