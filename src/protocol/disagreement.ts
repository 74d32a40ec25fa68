/**
 * Messages between the extension host and the page that lists where a model and the annotations of a
 * folder disagree (JSON-RPC over postMessage, see view.ts).
 *
 * Invariants: scans are named by their annotation's path below the folder; their order never changes
 * while a page shows them; what is compared again replaces what was there.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { CohortScan } from '../core/metrics/disagreement-table';
import type { Vec3 } from '../core/volume';

export interface DisagreementProgress {
  /** Whether scans are being compared; if not, and scans are waiting, the run was stopped. */
  readonly running: boolean;
  /** The scan at work, and how far it is, in words. */
  readonly current?: string;
  /** 0 to 1 of all. */
  readonly part: number;
}

/** A scan of the list: neither a disagreement nor a problem while it waits. */
export interface ListedScan extends CohortScan {
  /** How the viewer numbers its slices: of so many, and from the last where it is `true`. Known once it is compared. */
  readonly order?: { readonly slices: number; readonly fromLast: boolean };
}

export interface DisagreementView {
  /** Name of the folder. */
  readonly folder: string;
  readonly model: { readonly name: string; readonly version: string; readonly threshold: number };
  /** In the order of their names. */
  readonly scans: readonly ListedScan[];
  readonly progress: DisagreementProgress;
  /** CSS colors of the five subtypes, in label order. */
  readonly colors: readonly string[];
  readonly language: string;
  readonly translations?: Readonly<Record<string, string>>;
}

/** Page to host: the page has loaded; the answer is what to show. */
export const DisagreementReady = new RequestType<undefined, DisagreementView, void>('disagreement/ready');

/** Host to page: another run, with other scans or another model. */
export const DisagreementChanged = new NotificationType<DisagreementView>('disagreement/changed');

/** Host to page: scans as they are now. */
export const ScansCompared = new NotificationType<{ scans: readonly ListedScan[] }>('disagreement/scans');

/** Host to page. */
export const DisagreementProgressed = new NotificationType<DisagreementProgress>('disagreement/progress');

/** Page to host: open a scan, at a voxel (i, j, k) if one is given; `focus`: and go there with the keyboard. */
export const OpenDisagreement = new NotificationType<{ name: string; at?: Vec3; focus: boolean }>('disagreement/open');

/** Page to host: compare what has changed or was not reached. */
export const CompareAgain = new NotificationType<void>('disagreement/again');

/** Page to host: stop comparing. */
export const StopComparing = new NotificationType<void>('disagreement/stop');

/** Page to host: save all figures as CSV. */
export const ExportDisagreement = new NotificationType<void>('disagreement/export');
