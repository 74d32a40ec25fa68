/**
 * One reversible edit of an annotation: what the page asks for, what the host applies, undoes and
 * redoes, and what every other view of the same document receives.
 *
 * Invariant: an edit holds what was there before and what is there after, so inverting it needs
 * nothing else, and applying it to another state than the one it was made on can be refused.
 */
import type { Box, Comment, Presence, Review } from '../annotation/annotation';
import type { Subtype } from '../annotation/subtype';
import { invert, type MaskChange } from '../edit/changes';

/** A change of something stated beside the mask. */
export type FieldChange =
  | { readonly field: 'patient'; readonly subtype: Subtype; readonly before: Presence; readonly after: Presence }
  | {
      readonly field: 'slice';
      readonly slice: number;
      readonly subtype: Subtype;
      readonly before: Presence;
      readonly after: Presence;
    }
  | {
      readonly field: 'boxes';
      readonly slice: number;
      readonly subtype: Subtype;
      readonly before: readonly Box[];
      readonly after: readonly Box[];
    }
  | {
      readonly field: 'comments';
      readonly slice: number;
      readonly before: readonly Comment[];
      readonly after: readonly Comment[];
    }
  | { readonly field: 'review'; readonly before: Review; readonly after: Review };

export interface AnnotationEdit {
  /** Name in the undo list, e.g. "Brush IPH"; already translated. */
  readonly label: string;
  readonly mask: MaskChange;
  readonly fields: readonly FieldChange[];
}

/** The edit that takes an edit back. */
export function invertEdit({ label, mask, fields }: AnnotationEdit): AnnotationEdit {
  return {
    label,
    mask: invert(mask),
    fields: [...fields]
      .reverse()
      .map((change) => ({ ...change, before: change.after, after: change.before }) as FieldChange),
  };
}

/** True if an edit changes nothing. */
export function isEmptyEdit({ mask, fields }: AnnotationEdit): boolean {
  return mask.every(({ runs }) => runs.length === 0) && fields.length === 0;
}
