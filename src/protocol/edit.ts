/**
 * Editing messages between a page and the host (JSON-RPC over postMessage, see view.ts).
 *
 * Invariants: the host's document is the annotation; a page paints its own edit at once and sends
 * it, and takes it back if the host refuses. Revisions count up by one with every edit, undo or
 * redo; an edit made on an older revision is rebased by the host where it touches other voxels and
 * fields, and refused otherwise. Every page of the document receives every edit but its own, in
 * order of revision. `AnnotationChanged` replaces all that a page knows, and holds exactly the edits
 * that have been answered before it: a page paints its own unanswered ones over it.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { RowPlace } from '../core/annotation/place';
import type { AnnotationEdit } from '../core/document/edit';

export type { AnnotationFields, SliceFields } from '../core/document/fields';

/** Page to host: an edit made in the page. Answers with the new revision; fails with the reason if it was refused. */
export const Edit = new RequestType<{ edit: AnnotationEdit; revision: number }, { revision: number }, void>(
  'edit/apply',
);

/** Host to page: an edit made elsewhere (another view, undo, redo, the text beside). */
export const Edited = new NotificationType<{ edit: AnnotationEdit; revision: number }>('edit/applied');

/** Page to host: the line (from 1) of a row of slice k in the annotation's text, as it is or will be saved; null where there is none. */
export const LineOf = new RequestType<RowPlace, { line: number | null }, void>('edit/lineOf');

/** Page to host: opens the annotation's text beside the view, at a row of slice k. */
export const ShowText = new NotificationType<RowPlace>('edit/showText');

/** Page to host: the name of who reads this scan, as it will stand in the annotation. */
export const ReaderName = new RequestType<undefined, { name: string }, void>('edit/readerName');
