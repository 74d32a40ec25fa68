/**
 * Editing messages between a page and the host (JSON-RPC over postMessage, see view.ts).
 *
 * Invariants: the host's document is the annotation; a page paints its own edit at once and sends
 * it, and takes it back if the host refuses. Revisions count up by one with every edit, undo or
 * redo; an edit made on an older revision is rebased by the host where it touches other voxels and
 * fields, and refused otherwise. Every page of the document receives every edit but its own, in
 * order of revision.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { Box, Comment, Presence, Review } from '../core/annotation/annotation';
import type { Subtype } from '../core/annotation/subtype';
import type { AnnotationEdit } from '../core/document/edit';

/** What is stated of a slice beside its mask; slices without any of it are left out. */
export interface SliceFields {
  readonly slice: number;
  readonly present: Readonly<Record<Subtype, Presence>>;
  readonly boxes: Readonly<Record<Subtype, readonly Box[]>>;
  readonly comments: readonly Comment[];
}

/** What is stated in the annotation beside the masks. */
export interface AnnotationFields {
  readonly patient: Readonly<Record<Subtype, Presence>>;
  readonly review: Review;
  readonly slices: readonly SliceFields[];
}

/** Page to host: an edit made in the page. Answers with the new revision; fails with the reason if it was refused. */
export const Edit = new RequestType<{ edit: AnnotationEdit; revision: number }, { revision: number }, void>(
  'edit/apply',
);

/** Host to page: an edit made elsewhere (another view, undo, redo, the text beside). */
export const Edited = new NotificationType<{ edit: AnnotationEdit; revision: number }>('edit/applied');
