/** Volumes of the subtypes slice by slice, as lenses and hovers of an annotation's text show them. */
import type { Annotation } from '../../core/annotation/annotation';
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import { hasEvenSlices, pixelAreaOf, sliceVolumes } from '../../core/lint/volumes';
import { countLabels } from '../../core/measure/grid';

export interface Figure {
  readonly subtype: Subtype;
  readonly voxels: number;
  /** mm² within the slice. */
  readonly area: number;
  /** mL. */
  readonly volume: number;
}

export interface Figures {
  /** For each slice its subtypes, in label order. */
  readonly slices: readonly (readonly Figure[])[];
  /** The same for the whole scan. */
  readonly total: readonly Figure[];
  /** False where slices are uneven and their own extents are not known: volumes are then about right. */
  readonly exact: boolean;
}

/** @param extents mm that each slice stands for, where the scan is known. */
export function figuresOf(annotation: Annotation, extents?: readonly number[]): Figures {
  const { image } = annotation;
  const known = extents?.length === image.size[2] ? extents : undefined;
  const units = sliceVolumes(image, known);
  const area = pixelAreaOf(image);
  const slices = annotation.slices.map(({ runs }, k) => figures(countLabels(runs), area, units[k] ?? 0));
  const total = SUBTYPES.flatMap((subtype): Figure[] => {
    const parts = slices.flatMap((list) => list.filter((one) => one.subtype === subtype));
    if (parts.length === 0) return [];
    const sum = (of: (figure: Figure) => number): number => parts.reduce((all, part) => all + of(part), 0);
    return [
      { subtype, voxels: sum((one) => one.voxels), area: sum((one) => one.area), volume: sum((one) => one.volume) },
    ];
  });
  return { slices, total, exact: known !== undefined || hasEvenSlices(image) };
}

/** What one row of a slice holds. */
export function rowFigures(annotation: Annotation, slice: number, row: number, extents?: readonly number[]): Figure[] {
  const runs = annotation.slices[slice]?.runs ?? new Uint32Array(0);
  const inRow: number[] = [];
  for (let n = 0; n < runs.length; n += 4) if (runs[n + 1] === row) inRow.push(...runs.subarray(n, n + 4));
  const unit = sliceVolumes(annotation.image, extents)[slice] ?? 0;
  return figures(countLabels(Uint32Array.from(inRow)), pixelAreaOf(annotation.image), unit);
}

function figures(counts: readonly number[], area: number, unit: number): Figure[] {
  return SUBTYPES.flatMap((subtype, n): Figure[] => {
    const voxels = counts[n + 1] ?? 0;
    return voxels === 0 ? [] : [{ subtype, voxels, area: voxels * area, volume: voxels * unit }];
  });
}

/** mL in two digits after the point, more where that would say nothing. */
export function milliliters(volume: number): string {
  return volume >= 0.1 ? volume.toFixed(2) : volume.toPrecision(2);
}

/** "SDH 0.43 mL, IPH 1.20 mL". */
export function inBrief(list: readonly Figure[], exact: boolean): string {
  return list.map(({ subtype, volume }) => `${subtype} ${exact ? '' : '\u2248 '}${milliliters(volume)} mL`).join(', ');
}
