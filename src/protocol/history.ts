/**
 * Messages between the extension host and a page that shows the history of an annotation, or asks
 * who changed a lesion (JSON-RPC over postMessage, see view.ts).
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { Subtype } from '../core/annotation/subtype';
import type { Vec3 } from '../core/volume';

/** One commit that changed the annotation. */
export interface HistoryCommit {
  readonly hash: string;
  readonly author: string;
  /** ISO 8601 with time zone. */
  readonly date: string;
  readonly subject: string;
  /** Path of the annotation in the repository in this commit. */
  readonly name: string;
  /** mL by subtype; undefined where this version cannot be read. */
  readonly volumes?: Readonly<Record<Subtype, number>>;
  readonly problem?: string;
}

export interface HistoryView {
  /** Name of the annotation. */
  readonly file: string;
  /** Oldest first. */
  readonly commits: readonly HistoryCommit[];
  /** CSS colors of the five subtypes, in label order. */
  readonly colors: readonly string[];
  /** Language for dates. */
  readonly language: string;
  readonly translations?: Readonly<Record<string, string>>;
}

/** Page to host: the page has loaded; the answer is what to show. */
export const HistoryReady = new RequestType<undefined, HistoryView, void>('history/ready');

/** Host to page: there are other commits now. */
export const HistoryChanged = new NotificationType<HistoryView>('history/changed');

/** Page to host: the user chose a version. */
export const ShowVersion = new NotificationType<{ hash: string }>('history/show');

/** Page to host: who last changed the lesion at voxel (i, j, k), in a few words; null where nobody is known. */
export const WhoChanged = new RequestType<{ at: Vec3 }, { who: string | null }, void>('git/who');
