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

export interface SegmentParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of a scan file, of one file of a DICOM series, or of a folder with one series. */
  readonly path: string;
  /** Absolute path of the model's folder. */
  readonly model: string;
  /** Execution providers to try in order, e.g. ["cpu"]. */
  readonly providers: readonly string[];
  /** Probability above which a pixel is blood; undefined for the model's own. */
  readonly threshold?: number;
}

export interface SegmentResult {
  readonly image: ImageReference;
  readonly slices: readonly SliceRuns[];
  readonly model: ModelUse;
}

/** Which model made a mask and how: provenance in the annotation. */
export interface ModelUse {
  readonly name: string;
  readonly version: string;
  /** sha256 of the .onnx, lower-case hex. */
  readonly sha256: string;
  readonly threshold: number;
  /** Execution provider that ran it. */
  readonly provider: string;
}

export interface InferenceFailure {
  readonly file: string;
  readonly problem: string;
  readonly remedy: string;
}

export const Segment = new RequestType<SegmentParams, SegmentResult, InferenceFailure>('inference/segment');

export const InferenceProgress = new NotificationType<{
  id: number;
  stage: 'decoding' | 'loading-model' | 'running';
  done: number;
  total: number;
}>('inference/progress');
