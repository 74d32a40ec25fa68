/** What a version of an annotation has at the place of a lesion, to tell in which versions the lesion changed. */
import type { Annotation } from '../annotation/annotation';
import { labelOf, type Subtype } from '../annotation/subtype';
import type { Lesion } from '../measure/lesion';

/** Columns [first, last] by row, by slice: a lesion and one voxel around it in all directions. */
export type LesionRegion = ReadonlyMap<number, ReadonlyMap<number, readonly [number, number]>>;

/** The place of a lesion. Whatever is added to it or taken off it, at least one voxel of that lies in here. */
export function regionOf({ masks }: Pick<Lesion, 'masks'>): LesionRegion {
  const region = new Map<number, Map<number, readonly [number, number]>>();
  for (const { slice, runs } of masks) {
    for (let n = 0; n < runs.length; n += 4) {
      const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
      for (const k of [slice - 1, slice, slice + 1]) {
        const rows = region.get(k) ?? new Map<number, readonly [number, number]>();
        region.set(k, rows);
        for (const j of [row - 1, row, row + 1]) {
          const [first, last] = rows.get(j) ?? [start, start];
          rows.set(j, [Math.min(first, start - 1), Math.max(last, start + length)]);
        }
      }
    }
  }
  return region;
}

/** The runs of a subtype within a region: equal where the annotations are equal there. */
export function traceOf({ slices }: Annotation, region: LesionRegion, subtype: Subtype): string {
  const label = labelOf(subtype);
  const parts: string[] = [];
  for (const [k, rows] of [...region].sort(([a], [b]) => a - b)) {
    const runs = slices[k]?.runs ?? new Uint32Array(0);
    for (let n = 0; n < runs.length; n += 4) {
      if (runs[n] !== label) continue;
      const [row = 0, start = 0, length = 0] = runs.subarray(n + 1, n + 4);
      const [first, last] = rows.get(row) ?? [0, -1];
      const [from, to] = [Math.max(first, start), Math.min(last, start + length - 1)];
      if (from <= to) parts.push(`${k} ${row} ${from}-${to}`);
    }
  }
  return parts.join(',');
}
