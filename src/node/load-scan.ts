/** Reading a scan from disk: files in, Volume out. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type ImageReference, imageReference, placementOf } from '../core/annotation/image';
import { DicomDecoder, type LoadCodec } from '../core/formats/dicom';
import { NiftiDecoder } from '../core/formats/nifti';
import { type ProgressCallback, ScanError, type Volume } from '../core/volume';
import { scanFileName } from './annotation-path';
import type { ScanFiles } from './scan-files';

export interface LoadOptions {
  /** Folder of the running bundle: the codecs lie in `codecs` below it, or in the packages above it. */
  readonly bundle: string;
  /** For NIfTI with more than three dimensions: 0-based volume to read. */
  readonly timePoint?: number;
  readonly signal?: AbortSignal;
  /** Slices decoded of all (0 while unknown). */
  readonly onProgress?: ProgressCallback;
  /** Is told of a volume while it is being read, where slices come in their order: see `NiftiOptions.growing`. */
  readonly onSlices?: (volume: Volume, done: number) => void;
}

/** NIfTI is read in pieces of this many bytes. */
const CHUNK = 4 * 2 ** 20;

/** Decodes a scan. Throws ScanError for bad input, and the signal's reason when aborted. */
export async function loadScan(scan: ScanFiles, options: LoadOptions): Promise<Volume> {
  options.signal?.throwIfAborted();
  return scan.kind === 'nifti' ? loadNifti(scan, options) : loadDicom(scan, options);
}

async function loadNifti(scan: ScanFiles, { timePoint, signal, onProgress, onSlices }: LoadOptions): Promise<Volume> {
  const [first = '', second] = scan.files;
  if (second === undefined && /\.img(\.gz)?$/i.test(first)) {
    throw new ScanError(
      scan.name,
      'its header is not beside it.',
      'Put the .hdr file of the same name into its folder.',
    );
  }
  const file = second ?? first;
  const handle = await opened(file, () => fs.open(file, 'r'));
  try {
    const { size } = await handle.stat();
    const decoder = new NiftiDecoder(path.basename(file), {
      length: size,
      ...(second !== undefined && { header: await opened(first, () => fs.readFile(first)) }),
      ...(timePoint !== undefined && { timePoint }),
      ...(onProgress && { progress: onProgress }),
      ...(onSlices && { growing: onSlices }),
      ...(signal && { signal }),
    });
    for (let at = 0; at < size; at += CHUNK) {
      signal?.throwIfAborted();
      // A buffer of its own for each piece: the decoder may keep it.
      const { buffer, bytesRead } = await opened(file, () =>
        handle.read(new Uint8Array(Math.min(CHUNK, size - at)), 0, null, at),
      );
      if (bytesRead === 0) break;
      await decoder.push(buffer.subarray(0, bytesRead));
    }
    return await decoder.end();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await handle.close();
  }
}

async function loadDicom(scan: ScanFiles, { bundle, signal, onProgress }: LoadOptions): Promise<Volume> {
  const nameOf = (file: string): string => path.relative(scan.folder, file) || path.basename(file);
  const decoder = new DicomDecoder({
    name: scan.name,
    loadCodec: codecLoader(bundle),
    expectedFiles: scan.files.length,
    ...(scan.opened !== undefined && { opened: nameOf(scan.opened) }),
    ...(onProgress && { onProgress }),
  });
  const cancel = (): void => decoder.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    // One file ahead: the disk works while the last file is decoded, and two files at most are in memory.
    let next = readWhole(scan.files[0]);
    for (let n = 0; n < scan.files.length; n++) {
      const bytes = await next;
      next = readWhole(scan.files[n + 1]);
      next.catch(() => undefined);
      signal?.throwIfAborted();
      await decoder.push(nameOf(scan.files[n] ?? ''), bytes);
    }
    return await decoder.finish();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

async function readWhole(file: string | undefined): Promise<Uint8Array> {
  return file === undefined ? new Uint8Array(0) : opened(file, () => fs.readFile(file));
}

/** What the system says of a file, as an error of the scan. */
async function opened<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ScanError(path.basename(file), `it cannot be read (${message}).`, 'Check the file and its permissions.');
  }
}

const loaders = new Map<string, LoadCodec>();

/** Reads codecs from the built bundle's folder or, where that has none, from the installed packages above it. One loader per folder, so that codecs stay loaded. */
function codecLoader(bundle: string): LoadCodec {
  const known = loaders.get(bundle);
  if (known) return known;
  const load: LoadCodec = async (file) => {
    const bytes = await fs.readFile(codecFile(bundle, file));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  };
  loaders.set(bundle, load);
  return load;
}

function codecFile(bundle: string, file: string): string {
  const built = path.join(bundle, 'codecs', file);
  if (existsSync(built)) return built;
  for (let folder = bundle; ; folder = path.dirname(folder)) {
    const packages = path.join(folder, 'node_modules', '@cornerstonejs');
    const names = existsSync(packages) ? readdirSync(packages) : [];
    const found = names.map((name) => path.join(packages, name, 'dist', file)).find(existsSync);
    if (found !== undefined) return found;
    if (folder === path.dirname(folder)) return built;
  }
}

/** SHA-256, lower-case hex, of the voxels as stored, in slice order, little-endian (as are all machines that Hemorica is built for). */
export function voxelHash({ voxels }: Pick<Volume, 'voxels'>): string {
  return createHash('sha256')
    .update(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength))
    .digest('hex');
}

/** What an annotation in `folder` (the scan's own by default) says of its scan. */
export function referenceTo(volume: Volume, scan: ScanFiles, folder = scan.folder): ImageReference {
  return imageReference(placementOf(volume), voxelHash(volume), scanFileName(scan, folder));
}
