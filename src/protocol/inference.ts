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
import type { Candidates } from '../core/model/candidates';
import type { Notice } from '../core/volume';

/** What runs a model, and where. */
export interface EngineParams {
  /** Absolute path of the model's folder. */
  readonly model: string;
  /** Execution providers to try in order, e.g. ["cpu"]; "auto" stands for those that may suit this computer. */
  readonly providers: readonly string[];
  /** Threads that the model may use; by default as many as there are cores, up to a limit. */
  readonly threads?: number;
  /** Providers that are not to be tried, and why: they took the process with them before. Added by the client. */
  readonly crashed?: readonly EngineAttempt[];
  /** A server that runs the network; the providers are then those of the server. */
  readonly remote?: RemoteEndpoint;
}

/** An execution provider that was not used, or did only a part of the work. */
export interface EngineAttempt {
  readonly provider: string;
  /** Why, one sentence. */
  readonly problem: string;
}

/** A server that speaks the Open Inference Protocol, version 2, over HTTP. */
export interface RemoteEndpoint {
  /** What comes before "/v2", e.g. "https://models.example.org". */
  readonly url: string;
  /** What models are called there, "name" or "name/version", by the names in their manifests; others have the same name there. */
  readonly models?: Readonly<Record<string, string>>;
  /** Sent with every request, e.g. { authorization: "Bearer ..." }. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds that the server has for one answer. */
  readonly timeoutSeconds?: number;
}

export interface SegmentParams extends EngineParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of a scan file, of one file of a DICOM series, or of a folder with one series. */
  readonly path: string;
  /** Absolute paths of all files of a DICOM series that no single file stands for, as of one that a DICOMDIR spreads over folders; `path` is then the folder above them. */
  readonly files?: readonly string[];
  /** Probability above which a pixel is blood; undefined for the model's own. */
  readonly threshold?: number;
  /** Whether the answer is to hold the candidates, for other thresholds. */
  readonly candidates?: boolean;
  /** Slices of the volume (k) to look at; undefined for all. */
  readonly slices?: readonly number[];
}

export interface SegmentResult {
  readonly image: ImageReference;
  /** Slices with blood, ascending. */
  readonly slices: readonly SliceRuns[];
  readonly model: ModelUse;
  /** Threshold of the model's manifest. */
  readonly defaultThreshold: number;
  /** Smaller lesions have been left out, mL. */
  readonly minimumVolume: number;
  /** Execution providers that were tried and not used, or in part only; `model.provider` is the one that ran. */
  readonly attempts: readonly EngineAttempt[];
  /** Blood in mL by label (index 0 is EPH), each slice with its own extent. */
  readonly volumes: readonly number[];
  /** mm along the normal that each slice stands for, in order of k. */
  readonly extents: readonly number[];
  /** What the model holds for blood at any threshold; there if it was asked for. */
  readonly candidates?: Candidates;
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

/** Process to host: the execution provider that is about to work for the process's requests, or undefined when none is. A crash then is put down to it. */
export const InferenceProvider = new NotificationType<{ readonly provider?: string }>('inference/provider');

/** What ran a picture of nothing, and how long that took once the network was loaded. */
export interface EngineTrial {
  readonly model: { readonly name: string; readonly provider: string };
  readonly attempts: readonly EngineAttempt[];
  readonly milliseconds: number;
}

/** Runs a model once on zeros, to see what would run it. */
export const TryEngine = new RequestType<EngineParams & { readonly id: number }, EngineTrial, InferenceFailure>(
  'inference/tryEngine',
);
