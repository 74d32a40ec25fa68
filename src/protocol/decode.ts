/**
 * Messages between the page and its decoding worker (JSON-RPC over a worker's postMessage).
 *
 * Workers in a VS Code webview cannot fetch its resources, so the page fetches and hands bytes in.
 * Invariants: a worker decodes one scan: its `Decode` request stays open until the volume is whole,
 * `Bytes`, `ExpectFiles` and `End` feed it, `FirstSlice` and `DecodeProgress` report on it; to
 * cancel, the page ends the worker, which gives all its memory back at once; buffers are
 * transferred, never copied.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { Volume } from '../core/volume';

export interface DecodeParams {
  /** Scan name for messages; for DICOM the name of the file that the user opened. */
  readonly name: string;
  readonly kind: 'nifti' | 'dicom';
  /** For NIfTI with more than three dimensions: 0-based volume to show. */
  readonly timePoint?: number;
  /** Bytes of the file with the voxels, as stored, where known. */
  readonly length?: number;
  /** For a NIfTI pair: name of its .hdr, which is fed whole before the .img. */
  readonly header?: string;
}

export interface DecodeResult {
  readonly volume: Volume;
  /** SHA-256, lower-case hex, of the voxels in slice order as stored (little-endian). */
  readonly sha256: string;
}

export interface WireError {
  readonly file: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Page to worker: starts the decode; answers with the whole volume (its voxels transferred). */
export const Decode = new RequestType<DecodeParams, DecodeResult, WireError>('decode/start');

/** Page to worker: the next chunk of a file's bytes. */
export const Bytes = new NotificationType<{ file: string; chunk: Uint8Array; last: boolean }>('decode/bytes');

/** Page to worker: how many files the series has, so that its memory is taken once. */
export const ExpectFiles = new NotificationType<{ count: number }>('decode/expect');

/** Page to worker: no more files will follow. */
export const End = new NotificationType<undefined>('decode/end');

/** Worker to page: a one-slice volume, as soon as one slice can be shown. */
export const FirstSlice = new NotificationType<{ volume: Volume }>('decode/first');

/** Worker to page: decoded of total, in slices (total 0 while unknown). */
export const DecodeProgress = new NotificationType<{ done: number; total: number }>('decode/progress');

/** Worker to page: asks for the bytes of a codec's WebAssembly file. */
export const NeedCodec = new RequestType<{ file: string }, ArrayBuffer, void>('decode/codec');
