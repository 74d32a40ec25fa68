/** What a version of an annotation has at the places of lesions, to tell in which versions each lesion changed. */
import type { Annotation } from '../annotation/annotation';
import { labelOf } from '../annotation/subtype';
import type { Lesion } from '../measure/lesion';

/** Columns [first, last] of a row at the place of a lesion. */
interface Window {
  readonly lesion: number;
  readonly label: number;
  first: number;
  last: number;
}

/**
 * The places of lesions: each lesion's voxels and those around it in all directions. Whatever is
 * added to a lesion or taken off it, at least one voxel of that lies there.
 */
export class LesionPlaces {
  /** By slice, by row. */
  readonly #windows = new Map<number, Map<number, Window[]>>();

  constructor(private readonly lesions: readonly Pick<Lesion, 'masks' | 'subtype'>[]) {
    for (const [lesion, { masks, subtype }] of lesions.entries()) {
      const label = labelOf(subtype);
      for (const { slice, runs } of masks) {
        for (let n = 0; n < runs.length; n += 4) {
          const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
          for (const k of [slice - 1, slice, slice + 1])
            for (const j of [row - 1, row, row + 1]) this.#widen(k, j, lesion, label, start - 1, start + length);
        }
      }
    }
  }

  #widen(slice: number, row: number, lesion: number, label: number, first: number, last: number): void {
    const rows = this.#windows.get(slice) ?? new Map<number, Window[]>();
    this.#windows.set(slice, rows);
    const windows = rows.get(row) ?? [];
    rows.set(row, windows);
    const known = windows.at(-1);
    // Lesions come one after the other, so the last window is that of this one or of another.
    if (known?.lesion !== lesion) windows.push({ lesion, label, first, last });
    else {
      known.first = Math.min(known.first, first);
      known.last = Math.max(known.last, last);
    }
  }

  /** For each lesion the runs of its subtype at its place: equal where the annotations are equal there. */
  tracesOf({ slices }: Pick<Annotation, 'slices'>): string[] {
    const traces: string[][] = this.lesions.map(() => []);
    for (const [k, { runs }] of slices.entries()) {
      const rows = this.#windows.get(k);
      if (!rows) continue;
      for (let n = 0; n < runs.length; n += 4) {
        const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
        for (const window of rows.get(row) ?? []) {
          if (window.label !== label) continue;
          const [from, to] = [Math.max(window.first, start), Math.min(window.last, start + length - 1)];
          if (from <= to) traces[window.lesion]?.push(`${k} ${row} ${from}-${to}`);
        }
      }
    }
    return traces.map((parts) => parts.join(','));
  }
}
