/**
 * What a model proposes, between a page and the host (JSON-RPC over postMessage, see view.ts).
 *
 * Invariants: the host holds the proposal and decides nothing by itself; a page gets it whole when
 * it comes, and after that only what changes of it. The mask that is accepted is the one that
 * `proposedMask` gives for the threshold of the request, so it is the one that the page shows.
 * Nothing of a proposal is in the annotation, or on disk beside the scan, before it is accepted.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { SlicePlaces } from '../core/proposal/places';
import type { MergeMode, Proposal, Scope } from '../core/proposal/proposal';

/** What can be set on a proposal before deciding. */
export interface ProposalSetting {
  /** 0 to 1. */
  readonly threshold: number;
  readonly mode: MergeMode;
}

export interface ProposalView extends ProposalSetting {
  /** Tells runs apart: a decision on another one than the present is refused. */
  readonly id: string;
  readonly proposal: Proposal;
}

/** Page to host: what is proposed now; from then on the page is told of changes. */
export const ShownProposal = new RequestType<undefined, { readonly shown: ProposalView | null }, void>(
  'proposal/shown',
);

/** Host to page: there is a proposal, another one, or (null) none any more. */
export const ProposalChanged = new NotificationType<{ readonly shown: ProposalView | null }>('proposal/changed');

/** Host to page: something of the proposal has been decided, or taken back; all that is decided now. */
export const ProposalDecided = new NotificationType<{ readonly id: string; readonly decided: readonly SlicePlaces[] }>(
  'proposal/decided',
);

/** Page to host, and on to the other pages: the threshold or the mode was set. */
export const ProposalSet = new NotificationType<ProposalSetting & { readonly id: string }>('proposal/set');

export interface Decision extends ProposalSetting {
  readonly id: string;
  readonly decision: 'accept' | 'reject';
  readonly scope: Scope;
  /** Labels that neither gain nor lose a voxel. */
  readonly locked: readonly number[];
}

/**
 * Page to host. Accepting is one edit of the annotation, which comes as `Edited` (or, where there was
 * no annotation, `AnnotationChanged`) like any other. Fails with the reason where it is refused.
 */
export const DecideProposal = new RequestType<Decision, null, void>('proposal/decide');
