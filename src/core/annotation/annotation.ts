/**
 * The annotation of one scan, as the editor, the models and the file share it.
 *
 * Index frame of the volume: column = i, row = j, slice = k, all 0-based.
 */
import type { ImageReference } from './image';
import type { SliceRuns } from './runs';
import type { ModelUse, Source } from './source';
import { SUBTYPES, type Subtype, subtypeOf } from './subtype';

/** How far the reading has come: as a model left it, read once, checked by a second reader, disagreements settled. */
export const REVIEW_STATES = ['draft', 'read', 'reviewed', 'adjudicated'] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];

export interface Review {
  readonly state: ReviewState;
  /** Reader who set the state. */
  readonly by?: string;
}

/**
 * Whether a subtype is there: stated by the reader or the model, or null where nothing was stated
 * and the mask speaks. Painting therefore changes no label.
 */
export type Presence = boolean | null;

/** Rectangle of voxels of a slice: first column, first row, columns, rows (at least one each). */
export type Box = readonly [column: number, row: number, width: number, height: number];

/** What is stated of one subtype on one slice, beside the mask. */
export interface Finding {
  readonly present: Presence;
  readonly boxes: readonly Box[];
  /** Who made this subtype on this slice; empty means as `Annotation.made`. */
  readonly made: readonly Source[];
}

export interface Comment {
  /** Voxel of the slice, [column, row]; undefined for the slice as a whole. */
  readonly at?: readonly [number, number];
  readonly text: string;
  readonly by?: string;
}

export interface SliceAnnotation {
  /** The mask: packed runs as in `SliceRuns`, ordered, joined and without overlap. */
  readonly runs: Uint32Array;
  readonly findings: Readonly<Record<Subtype, Finding>>;
  /** Rows whose mask a reader changed after it had been made, and who did so last: row to reader. */
  readonly editors: ReadonlyMap<number, string>;
  readonly comments: readonly Comment[];
}

export interface Annotation {
  readonly image: ImageReference;
  readonly review: Review;
  /** Who made the masks, where a finding or a row says nothing else. */
  readonly made: readonly Source[];
  /** Subtypes of the patient. */
  readonly patient: Readonly<Record<Subtype, Presence>>;
  /** One per slice of the image, in order of k. */
  readonly slices: readonly SliceAnnotation[];
  /** What a merge left to the user, as `orderConflicts` has it; undefined where there is nothing. */
  readonly conflicts?: readonly Conflict[];
}

/** What the last common version and both sides of a merge say. */
export interface Sides<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** Voxels of a slice that both sides changed, each to another label. The mask has that of ours until the user decides. */
export interface VoxelConflict {
  readonly kind: 'voxels';
  readonly slice: number;
  /** Six numbers a run: row, first column, length, labels in base, ours and theirs; ordered by row and column. */
  readonly runs: Uint32Array;
}

/** A statement that both sides changed, each in another way; the annotation has that of ours until the user decides. */
export type StatementConflict =
  | (Sides<Review> & { readonly kind: 'statement'; readonly what: 'review' })
  /** The image's file name; null where it is named by its series alone. */
  | (Sides<string | null> & { readonly kind: 'statement'; readonly what: 'file' })
  | (Sides<Presence> & { readonly kind: 'statement'; readonly what: 'patient'; readonly subtype: Subtype })
  | (Sides<Presence> & {
      readonly kind: 'statement';
      readonly what: 'slice';
      readonly slice: number;
      readonly subtype: Subtype;
    });

export type Conflict = VoxelConflict | StatementConflict;

/** A record with a value for each of the five subtypes, in label order. */
export function bySubtype<T>(value: (subtype: Subtype) => T): Record<Subtype, T> {
  return Object.fromEntries(SUBTYPES.map((subtype) => [subtype, value(subtype)])) as Record<Subtype, T>;
}

const NOTHING_STATED: Finding = { present: null, boxes: [], made: [] };

/** A slice of which nothing is stated and that has no mask. */
export function emptySlice(): SliceAnnotation {
  return { runs: new Uint32Array(0), findings: bySubtype(() => NOTHING_STATED), editors: new Map(), comments: [] };
}

/** A draft for an image, with no mask and nothing stated. */
export function emptyAnnotation(image: ImageReference, made: readonly Source[] = []): Annotation {
  return {
    image,
    review: { state: 'draft' },
    made,
    patient: bySubtype(() => null),
    slices: Array.from({ length: image.size[2] }, emptySlice),
  };
}

/** What a model says of a scan: the part of `SegmentResult` that an annotation keeps. */
export interface ModelResult {
  readonly image: ImageReference;
  /** Slices with blood, in any order. */
  readonly slices: readonly SliceRuns[];
  readonly model: ModelUse;
}

/**
 * A draft from a model's masks: subtypes that it found are stated for their slices and for the
 * patient. Throws RangeError for a slice outside the image.
 */
export function annotationFromModel({ image, slices: masks, model }: ModelResult): Annotation {
  const slices = Array.from({ length: image.size[2] }, emptySlice);
  const found = new Set<Subtype>();
  for (const { slice, runs } of masks) {
    if (slices[slice] === undefined)
      throw new RangeError(`The mask is of slice ${slice}, but the image has ${image.size[2]} slices.`);
    const here = subtypesOf(runs);
    for (const subtype of here) found.add(subtype);
    slices[slice] = {
      ...emptySlice(),
      runs,
      findings: bySubtype((subtype) => (here.has(subtype) ? { ...NOTHING_STATED, present: true } : NOTHING_STATED)),
    };
  }
  return {
    image,
    review: { state: 'draft' },
    made: [{ model }],
    patient: bySubtype((subtype) => (found.has(subtype) ? true : null)),
    slices,
  };
}

/** Subtypes that packed runs contain. */
export function subtypesOf(runs: Uint32Array): Set<Subtype> {
  const found = new Set<Subtype>();
  for (let n = 0; n < runs.length; n += 4) {
    const subtype = subtypeOf(runs[n] ?? 0);
    if (subtype !== undefined) found.add(subtype);
  }
  return found;
}

/** Masks of the slices that have any, as they travel in messages; the runs are shared, not copied. */
export function masksOf(annotation: Annotation): SliceRuns[] {
  return annotation.slices.flatMap(({ runs }, slice) => (runs.length > 0 ? [{ slice, runs }] : []));
}

/** Name of the annotation of a scan: the scan's name without the ending of its format, and `.ich.json`. */
export function annotationName(scanName: string): string {
  return `${scanName.replace(/\.(?:(?:nii|hdr|img)(?:\.gz)?|dcm|dicom|ima)$/i, '')}.ich.json`;
}
