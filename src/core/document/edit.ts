/**
 * One reversible edit of an annotation: what the page asks for, what the host applies, undoes and
 * redoes, and what every other view of the same document receives.
 *
 * Invariant: an edit holds what was there before and what is there after, so inverting it needs
 * nothing else, and applying it to another state than the one it was made on can be refused.
 */
import type { Box, Comment, Conflict, Presence, Review } from '../annotation/annotation';
import type { ImageReference } from '../annotation/image';
import type { Source } from '../annotation/source';
import type { Subtype } from '../annotation/subtype';
import { invert, type MaskChange } from '../edit/changes';

/** A row of a slice and the reader who last changed it; null where nobody did after it had been made. */
export type RowEditor = readonly [row: number, reader: string | null];

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
  | { readonly field: 'review'; readonly before: Review; readonly after: Review }
  /** What a merge left open; all of it before and after. */
  | { readonly field: 'conflicts'; readonly before: readonly Conflict[]; readonly after: readonly Conflict[] }
  | ProvenanceChange;

/** Who and what made which part. Pages need not send these: the host knows the reader (`credit.ts`). */
export type ProvenanceChange =
  /** Both lists name the same rows, in ascending order. */
  | {
      readonly field: 'editors';
      readonly slice: number;
      readonly before: readonly RowEditor[];
      readonly after: readonly RowEditor[];
    }
  /** Of the whole annotation. */
  | { readonly field: 'made'; readonly before: readonly Source[]; readonly after: readonly Source[] }
  /** Of one subtype on one slice. */
  | {
      readonly field: 'sources';
      readonly slice: number;
      readonly subtype: Subtype;
      readonly before: readonly Source[];
      readonly after: readonly Source[];
    }
  /** The image that the annotation names; both have the same size. */
  | { readonly field: 'image'; readonly before: ImageReference; readonly after: ImageReference };

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
