/** What an annotation states beside its masks, as pages show it. */
import {
  type Annotation,
  type Box,
  bySubtype,
  type Comment,
  type Conflict,
  type Presence,
  type Review,
} from '../annotation/annotation';
import type { ImageReference } from '../annotation/image';
import type { Source } from '../annotation/source';
import { SUBTYPES, type Subtype } from '../annotation/subtype';

/** What is stated of a slice beside its mask; slices without any of it are left out. */
export interface SliceFields {
  readonly slice: number;
  readonly present: Readonly<Record<Subtype, Presence>>;
  readonly boxes: Readonly<Record<Subtype, readonly Box[]>>;
  readonly comments: readonly Comment[];
}

/** What is stated in the annotation beside the masks. */
export interface AnnotationFields {
  /** Who made the masks, where a finding or a row says nothing else. */
  readonly made: readonly Source[];
  readonly patient: Readonly<Record<Subtype, Presence>>;
  readonly review: Review;
  readonly slices: readonly SliceFields[];
  /** What a merge left open; undefined where nothing is. */
  readonly conflicts?: readonly Conflict[];
  /** Only where something is open, which may be the name of the image. */
  readonly image?: ImageReference;
}

export function fieldsOf({ made, patient, review, slices, conflicts, image }: Annotation): AnnotationFields {
  return {
    made,
    patient,
    review,
    ...(conflicts ? { conflicts, image } : {}),
    slices: slices.flatMap(({ findings, comments }, slice) => {
      const stated = SUBTYPES.some(
        (subtype) => findings[subtype].present !== null || findings[subtype].boxes.length > 0,
      );
      if (!stated && comments.length === 0) return [];
      return [
        {
          slice,
          present: bySubtype((subtype) => findings[subtype].present),
          boxes: bySubtype((subtype) => findings[subtype].boxes),
          comments,
        },
      ];
    }),
  };
}
