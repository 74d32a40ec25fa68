/**
 * Messages between the page and its decoding worker (JSON-RPC over a worker's postMessage).
 *
 * Workers in a VS Code webview cannot fetch its resources, so the page fetches and hands bytes in.
 * Invariants: a `Decode` request stays open until the volume is whole, `Bytes` and `End` feed it,
 * `FirstSlice` and `Progress` report on it, cancelling the request ends it; buffers are
 * transferred, never copied.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { Volume } from '../core/volume';

export interface DecodeParams {
  readonly name: string;
  readonly kind: 'nifti' | 'dicom';
  /** For NIfTI with more than three dimensions: 0-based volume to show. */
  readonly timePoint?: number;
  /** Contents of the .wasm files by codec name, asked for as needed with `NeedCodec`. */
}

export interface WireError {
  readonly file: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Page to worker: starts a decode; answers with the whole volume (its voxels transferred). One at a time. */
export const Decode = new RequestType<DecodeParams, Volume, WireError>('decode/start');

/** Page to worker: the next chunk of a file's bytes. */
export const Bytes = new NotificationType<{ file: string; chunk: Uint8Array; last: boolean }>('decode/bytes');

/** Page to worker: no more files will follow. */
export const End = new NotificationType<undefined>('decode/end');

/** Worker to page: a one-slice volume, as soon as one slice can be shown. */
export const FirstSlice = new NotificationType<{
  volume: Volume /** Slice index in the whole volume, if known yet. */;
  slice?: number;
}>('decode/first');

/** Worker to page: decoded of total, in slices (total 0 while unknown). */
export const DecodeProgress = new NotificationType<{ done: number; total: number }>('decode/progress');

/** Worker to page: asks for the bytes of a codec's WebAssembly file. */
export const NeedCodec = new RequestType<{ file: string }, ArrayBuffer, void>('decode/codec');
