/** Two states of one annotation as the edit that leads from one to the other. */
import type { Annotation, SliceAnnotation } from '../annotation/annotation';
import { SUBTYPES } from '../annotation/subtype';
import type { MaskChange } from '../edit/changes';
import { changeBetween } from '../mask/changes';
import { type AnnotationEdit, type FieldChange, isEmptyEdit, type RowEditor } from './edit';
import { equal } from './equal';

/**
 * The edit that makes `after` of `before`, as small as can be. Slices that both share cost nothing.
 * Throws RangeError if the sizes of their images differ.
 */
export function diffAnnotations(before: Annotation, after: Annotation, label: string): AnnotationEdit {
  if (!equal(before.image.size, after.image.size)) {
    throw new RangeError(
      `The annotations are of images of ${before.image.size.join(' x ')} and ${after.image.size.join(' x ')} voxels.`,
    );
  }
  const mask: MaskChange[] = [];
  const fields: FieldChange[] = [];
  for (const field of ['image', 'review', 'made'] as const) {
    if (!equal(before[field], after[field]))
      fields.push({ field, before: before[field], after: after[field] } as FieldChange);
  }
  if (!equal(before.conflicts ?? [], after.conflicts ?? []))
    fields.push({ field: 'conflicts', before: before.conflicts ?? [], after: after.conflicts ?? [] });
  for (const subtype of SUBTYPES) {
    const [old, young] = [before.patient[subtype], after.patient[subtype]];
    if (old !== young) fields.push({ field: 'patient', subtype, before: old, after: young });
  }
  before.slices.forEach((old, slice) => {
    const young = after.slices[slice];
    if (young === undefined || young === old) return;
    mask.push(changeBetween([{ slice, runs: old.runs }], [{ slice, runs: young.runs }]));
    fields.push(...diffSlice(old, young, slice));
  });
  return { label, mask: mask.flat(), fields };
}

/** Whether two annotations say the same; false for those of images of different size. */
export function sameAnnotation(a: Annotation, b: Annotation): boolean {
  return a === b || (equal(a.image.size, b.image.size) && isEmptyEdit(diffAnnotations(a, b, '')));
}

function diffSlice(old: SliceAnnotation, young: SliceAnnotation, slice: number): FieldChange[] {
  const fields: FieldChange[] = [];
  for (const subtype of SUBTYPES) {
    const [a, b] = [old.findings[subtype], young.findings[subtype]];
    if (a === b) continue;
    if (a.present !== b.present) fields.push({ field: 'slice', slice, subtype, before: a.present, after: b.present });
    if (!equal(a.boxes, b.boxes)) fields.push({ field: 'boxes', slice, subtype, before: a.boxes, after: b.boxes });
    if (!equal(a.made, b.made)) fields.push({ field: 'sources', slice, subtype, before: a.made, after: b.made });
  }
  if (!equal(old.comments, young.comments))
    fields.push({ field: 'comments', slice, before: old.comments, after: young.comments });
  const rows = [...new Set([...old.editors.keys(), ...young.editors.keys()])]
    .filter((row) => old.editors.get(row) !== young.editors.get(row))
    .sort((a, b) => a - b);
  const editors = ({ editors: known }: SliceAnnotation): RowEditor[] =>
    rows.map((row) => [row, known.get(row) ?? null]);
  if (rows.length > 0) fields.push({ field: 'editors', slice, before: editors(old), after: editors(young) });
  return fields;
}
