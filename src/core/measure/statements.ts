/** What a mask implies of labels and boxes, and statements made from it. */
import {
  type Annotation,
  type Box,
  bySubtype,
  type Finding,
  type SliceAnnotation,
  subtypesOf,
} from '../annotation/annotation';
import { labelOf, SUBTYPES, type Subtype } from '../annotation/subtype';

/** Smallest box around a subtype in packed runs; undefined where it has no voxel. */
export function boxOfSubtype(runs: Uint32Array, subtype: Subtype): Box | undefined {
  const label = labelOf(subtype);
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, -1, Number.POSITIVE_INFINITY, -1];
  for (let n = 0; n < runs.length; n += 4) {
    if (runs[n] !== label) continue;
    const row = runs[n + 1] ?? 0;
    const start = runs[n + 2] ?? 0;
    left = Math.min(left, start);
    right = Math.max(right, start + (runs[n + 3] ?? 0));
    top = Math.min(top, row);
    bottom = row + 1;
  }
  return right < 0 ? undefined : [left, top, right - left, bottom - top];
}

/** Whether a slice has a subtype: as stated, else as the mask says. */
export function isPresent({ findings, runs }: Pick<SliceAnnotation, 'findings' | 'runs'>, subtype: Subtype): boolean {
  return findings[subtype].present ?? subtypesOf(runs).has(subtype);
}

/** Subtypes of a slice: as stated, else as the mask says; in label order. */
export function sliceSubtypes(slice: Pick<SliceAnnotation, 'findings' | 'runs'>): Subtype[] {
  const inMask = subtypesOf(slice.runs);
  return SUBTYPES.filter((subtype) => slice.findings[subtype].present ?? inMask.has(subtype));
}

/** Subtypes of the patient: as stated, else those of any slice; in label order. */
export function patientSubtypes({ patient, slices }: Annotation): Subtype[] {
  const inSlices = new Set(slices.flatMap(sliceSubtypes));
  return SUBTYPES.filter((subtype) => patient[subtype] ?? inSlices.has(subtype));
}

/** The annotation with the subtypes of patient and slices stated, and one box a slice and subtype, as the mask has them. */
export function statedByMask(annotation: Annotation): Annotation {
  const found = new Set<Subtype>();
  const slices = annotation.slices.map((slice): SliceAnnotation => {
    const here = subtypesOf(slice.runs);
    for (const subtype of here) found.add(subtype);
    const finding = (subtype: Subtype): Finding => {
      const box = boxOfSubtype(slice.runs, subtype);
      return { ...slice.findings[subtype], present: here.has(subtype), boxes: box ? [box] : [] };
    };
    return { ...slice, findings: bySubtype(finding) };
  });
  return { ...annotation, slices, patient: bySubtype((subtype) => found.has(subtype)) };
}
