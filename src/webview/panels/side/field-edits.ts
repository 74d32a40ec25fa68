/** What the side panel changes in the annotation beside the masks, as changes that can be undone. */
import type { Comment, Presence, ReviewState } from '../../../core/annotation/annotation';
import { SUBTYPES, type Subtype } from '../../../core/annotation/subtype';
import type { FieldChange } from '../../../core/document/edit';
import { equal } from '../../../core/document/equal';
import type { AnnotationFields } from '../../../core/document/fields';
import { boxOfSubtype } from '../../../core/measure/statements';
import { sliceFields } from '../../edit/fields';

/** Not stated, stated present, stated absent, and round again. */
export function nextPresence(presence: Presence): Presence {
  return presence === null ? true : presence ? false : null;
}

/** States a subtype of slice k, or of the patient without one. */
export function statePresence(
  fields: AnnotationFields,
  subtype: Subtype,
  k: number | undefined,
  after: Presence,
): FieldChange {
  return k === undefined
    ? { field: 'patient', subtype, before: fields.patient[subtype], after }
    : { field: 'slice', slice: k, subtype, before: sliceFields(fields, k).present[subtype], after };
}

/** Sets the review state. `by` is the reader who does so, where that is known. */
export function stateReview({ review }: AnnotationFields, state: ReviewState, by?: string): FieldChange {
  return { field: 'review', before: review, after: { state, ...(by ? { by } : {}) } };
}

/** Replaces comment n of slice k; adds it without n, removes it without a comment. */
export function changeComment(
  fields: AnnotationFields,
  k: number,
  n: number | undefined,
  comment: Comment | undefined,
): FieldChange {
  const before = sliceFields(fields, k).comments;
  const after = [...before];
  after.splice(n ?? before.length, n === undefined ? 0 : 1, ...(comment ? [comment] : []));
  return { field: 'comments', slice: k, before, after };
}

/** Removes box n of a subtype of slice k. */
export function removeBox(fields: AnnotationFields, k: number, subtype: Subtype, n: number): FieldChange {
  const before = sliceFields(fields, k).boxes[subtype];
  return { field: 'boxes', slice: k, subtype, before, after: before.filter((_, at) => at !== n) };
}

/** Gives every subtype of slice k one box around its mask, none where it has none; only what differs. */
export function boxesFromMask(fields: AnnotationFields, k: number, runs: Uint32Array): FieldChange[] {
  const { boxes } = sliceFields(fields, k);
  return SUBTYPES.flatMap((subtype): FieldChange[] => {
    const box = boxOfSubtype(runs, subtype);
    const after = box ? [box] : [];
    return equal(boxes[subtype], after) ? [] : [{ field: 'boxes', slice: k, subtype, before: boxes[subtype], after }];
  });
}
