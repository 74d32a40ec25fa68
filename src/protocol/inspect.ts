/** Messages about networks that have no manifest yet, and about models that have one and are to be tried. */
import { RequestType } from 'vscode-jsonrpc';
import type { GraphDescription } from '../core/model/graph';
import type { InferenceFailure } from './inference';

export interface InspectParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of an .onnx file. */
  readonly file: string;
}

export interface Inspection {
  readonly graph: GraphDescription;
  /** SHA-256 of the file, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Opens a network with ONNX Runtime, says what is in it, and tries it on noise. */
export const InspectModel = new RequestType<InspectParams, Inspection, InferenceFailure>('inference/inspect');

export interface CheckModelParams {
  /** Identifies the request in `InferenceProgress`. */
  readonly id: number;
  /** Absolute path of the model's folder. */
  readonly model: string;
}

/** Loads a model, which holds its manifest and its network against each other. Fails with the field that is wrong. */
export const CheckModel = new RequestType<CheckModelParams, null, InferenceFailure>('inference/checkModel');
