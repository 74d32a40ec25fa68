/**
 * Messages between the inference process's main thread, which runs the network, and its feeder, a
 * thread that decodes scans, makes inputs and collects outputs meanwhile (ONNX Runtime's binding for node runs
 * networks on the thread that asks).
 *
 * Invariants: every message bears the number of its scan, and one scan at a time is read, so that what
 * is still on its way of one that was given up is not taken for the next; inputs come in order, at most `AHEAD` before they are asked for;
 * their memory goes back and forth with the messages and is never copied; a scan ends with
 * `finished`, and `mask` where one is collected, or with `failed`, whatever came before.
 */
import type { ImageReference } from '../../core/annotation/image';
import type { ModelInput, SegmentationManifest } from '../../core/model/manifest';
import type { Notice } from '../../core/volume';
import type { ScanFiles } from '../../node/scan-files';
import type { Segmentation } from '../collector';
import type { FeedPlan, PreparedInput, ScanShape } from '../feed';
import type { TensorValue } from '../session/network';

/** Inputs that are made before they are asked for. */
export const AHEAD = 3;

export type ToFeeder = { readonly id: number } & ToFeederKinds;

export type ToFeederKinds =
  | {
      readonly kind: 'open';
      readonly scan: ScanFiles;
      readonly input: ModelInput;
      /** Storage slices whose inputs are wanted; all if undefined. */
      readonly slices: readonly number[] | undefined;
      /** Folder of the bundle, for codecs. */
      readonly bundle: string;
      /** Whose outputs are to be collected; undefined if none will be sent. */
      readonly collect: SegmentationManifest | undefined;
    }
  /** What the network gave for input n. */
  | {
      readonly kind: 'outputs';
      readonly input: Pick<PreparedInput, 'n' | 'frame'>;
      readonly outputs: readonly TensorValue[];
    }
  /** All outputs have been sent: a mask is wanted. */
  | { readonly kind: 'mask'; readonly threshold: number }
  /** An input has been used; its memory, if it had any. */
  | { readonly kind: 'used'; readonly values: Float32Array<ArrayBuffer> | undefined }
  /** No more of it is wanted. */
  | { readonly kind: 'cancel' };

export type FromFeeder = { readonly id: number } & FromFeederKinds;

export type FromFeederKinds =
  | { readonly kind: 'decoding'; readonly done: number; readonly total: number }
  | { readonly kind: 'plan'; readonly shape: ScanShape; readonly plan: FeedPlan }
  | { readonly kind: 'input'; readonly input: PreparedInput }
  | { readonly kind: 'finished'; readonly image: ImageReference; readonly notices: readonly Notice[] }
  | { readonly kind: 'mask'; readonly mask: Segmentation }
  | { readonly kind: 'failed'; readonly failure: FeederFailure };

/** An error of the scan in its three parts, or whatever else went wrong. */
export type FeederFailure =
  | { readonly file: string; readonly problem: string; readonly remedy: string }
  | { readonly message: string };
