/** What can be found wrong or doubtful in an annotation. docs/diagnostics.md has a line for each code. */
import type { AnnotationErrorCode, JsonPath } from '../annotation/error';
import type { Subtype } from '../annotation/subtype';
import type { AnnotationEdit } from '../document/edit';

/** Findings that need the text alone. */
export const TEXT_CODES = [
  'label-without-mask',
  'mask-without-label',
  'patient-label-without-slice',
  'patient-label-missing',
  'box-without-mask',
  'box-not-enclosing',
  'tiny-island',
  'undecided-conflict',
] as const;

/** Findings that need the scan as well. */
export const SCAN_CODES = [
  'image-size',
  'image-geometry',
  'image-voxels',
  'outside-head',
  'in-bone',
  'in-air',
] as const;

export type FindingCode = (typeof TEXT_CODES)[number] | (typeof SCAN_CODES)[number] | AnnotationErrorCode;

export type Severity = 'error' | 'warning' | 'information';

/** A text without `length` characters from `offset` on (UTF-16 units), with `text` in their place. */
export interface TextChange {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The one obvious mend: of a valid annotation as an edit, of a text that is none as changes of the text. */
export type Fix = { readonly edit: AnnotationEdit } | { readonly changes: readonly TextChange[] };

/** A finding of a valid annotation. Slices, rows and columns in messages count from 0, as in the file. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is wrong, where, and what to do. */
  readonly message: string;
  /** The value that is meant. */
  readonly path: JsonPath;
  /** Of a row: the run over this column is meant. */
  readonly column?: number;
  readonly slice?: number;
  readonly subtype?: Subtype;
  readonly fix?: Fix;
}

/** A finding with its place in the text: UTF-16 units from the start, without a byte order mark. */
export interface PlacedFinding extends Omit<Finding, 'path' | 'column'> {
  readonly offset: number;
  /** At least 1. */
  readonly length: number;
}
