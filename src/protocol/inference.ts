/**
 * Messages between the extension host (or the command line) and the inference process (JSON-RPC
 * over the IPC channel of a forked process, advanced serialization).
 *
 * Invariants: the process alone loads onnxruntime-node and decodes scans; it reads voxels from the
 * files that it is told, and answers with masks as runs; cancelling is honoured within one slice;
 * when the channel closes, every pending request is rejected.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ImageReference } from '../core/annotation/image';
import type { SliceRuns } from '../core/annotation/runs';
import type { ModelUse } from '../core/annotation/source';
import type { ScanCheck } from '../core/lint/voxels';
import type { Notice } from '../core/volume';

export interface SegmentParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of a scan file, of one file of a DICOM series, or of a folder with one series. */
  readonly path: string;
  /** Absolute paths of all files of a DICOM series that no single file stands for, as of one that a DICOMDIR spreads over folders; `path` is then the folder above them. */
  readonly files?: readonly string[];
  /** Absolute path of the model's folder. */
  readonly model: string;
  /** Execution providers to try in order, e.g. ["cpu"]. */
  readonly providers: readonly string[];
  /** Probability above which a pixel is blood; undefined for the model's own. */
  readonly threshold?: number;
  /** Threads that the model may use; by default as many as there are cores, up to a limit. */
  readonly threads?: number;
}

export interface SegmentResult {
  readonly image: ImageReference;
  /** Slices with blood, ascending. */
  readonly slices: readonly SliceRuns[];
  readonly model: ModelUse;
  /** Blood in mL by label (index 0 is EPH), each slice with its own extent. */
  readonly volumes: readonly number[];
  /** The scan's notices. */
  readonly notices: readonly Notice[];
}

/** `ResponseError.code` of a request that failed, with `InferenceFailure` as its data, and of one that was cancelled. */
export const FAILED = 1;
export const CANCELLED = 2;

export interface InferenceFailure {
  readonly file: string;
  readonly problem: string;
  readonly remedy: string;
}

export const Segment = new RequestType<SegmentParams, SegmentResult, InferenceFailure>('inference/segment');

export interface CheckMaskParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of the annotation, beside which its scan is looked for. */
  readonly annotation: string;
  /** What the annotation says of its scan. */
  readonly image: ImageReference;
  /** Slices with blood, in any order. */
  readonly masks: readonly SliceRuns[];
}

/** Holds a mask against its scan: whether it belongs to it, and what of it lies where there can be no blood. */
export const CheckMask = new RequestType<CheckMaskParams, ScanCheck, InferenceFailure>('inference/checkMask');

export interface InferenceStage {
  readonly stage: 'decoding' | 'loading-model' | 'running';
  /** Of `total`: slices; total 0 while unknown. */
  readonly done: number;
  readonly total: number;
}

/** Process to host, for the request with this id. */
export const InferenceProgress = new NotificationType<InferenceStage & { readonly id: number }>('inference/progress');
