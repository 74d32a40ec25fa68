/**
 * Messages about classification: between the host (or the command line) and the inference process,
 * and between the host and the page of a scan editor (JSON-RPC, see inference.ts and view.ts).
 *
 * Invariants: a result is no part of the annotation and is never saved by itself; a page gets it only
 * while the scan that it shows has the voxels that the model saw; what a page does not have it asks
 * for anew, so a page that was hidden shows what the others do.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ImageReference } from '../core/annotation/image';
import type { ModelUse } from '../core/annotation/source';
import type { Subtype } from '../core/annotation/subtype';
import type { FindingClass, PatientAggregation, Probabilities } from '../core/model/classify';
import type { LabelMode } from '../core/model/classify-labels';
import type { Notice } from '../core/volume';
import type { EngineAttempt, EngineParams, InferenceFailure, SegmentParams } from './inference';

export type ClassifyParams = EngineParams & Pick<SegmentParams, 'id' | 'path' | 'files'>;

export interface ClassifyResult {
  readonly image: ImageReference;
  /** `threshold` is the manifest's for what has none of its own. */
  readonly model: ModelUse;
  /** Probability from which each finding is called, as the manifest has it. */
  readonly thresholds: Probabilities;
  /** Execution providers that were tried and not used, or in part only. */
  readonly attempts: readonly EngineAttempt[];
  /** Findings that the model speaks of, `any` first. */
  readonly classes: readonly FindingClass[];
  /** Index axis of the volume along which the model's axial pictures lie: 2 where they are the slices as stored. */
  readonly axis: 0 | 1 | 2;
  /** One per index along that axis, from 0; 0 of everything where a picture shows no head. */
  readonly slices: readonly Probabilities[];
  readonly patient: Probabilities;
  /** How the patient's come of the slices'. */
  readonly aggregation: PatientAggregation;
  /** The scan's notices. */
  readonly notices: readonly Notice[];
}

/** Runs a classifier on a scan. */
export const Classify = new RequestType<ClassifyParams, ClassifyResult, InferenceFailure>('inference/classify');

/** A result as the views of its scan show it. */
export interface ClassificationView {
  readonly result: Omit<ClassifyResult, 'image' | 'notices' | 'attempts'>;
  /** Probability from which all findings are called, as the user has set it; absent where the model's own hold. */
  readonly threshold?: number;
}

/** Page to host: the result that is to be shown; null where there is none. */
export const ShownClassification = new RequestType<undefined, ClassificationView | null, void>('classification/shown');

/** Host to page: the same, whenever it is another. */
export const ClassificationChanged = new NotificationType<ClassificationView | null>('classification/changed');

/** Page to host: the user has moved the threshold, or gone back to the model's own. */
export const ThresholdChosen = new NotificationType<{ threshold?: number }>('classification/threshold');

/** Page to host: the user wants to see the result no longer, in no view of the scan. */
export const ClassificationDismissed = new NotificationType<undefined>('classification/dismiss');

export interface SetLabelsParams {
  /** For all findings; absent for the model's own. */
  readonly threshold?: number;
  readonly mode: LabelMode;
  /** What blood is to be called where the model names no subtype. */
  readonly subtype?: Subtype;
}

/** Page to host: makes labels of the result, as one edit that can be undone. Answers whether anything changed; fails with the reason if it was refused. */
export const SetLabels = new RequestType<SetLabelsParams, { changed: boolean }, void>('classification/setLabels');
