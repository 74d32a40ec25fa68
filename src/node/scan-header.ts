/** Size and place of a NIfTI scan from the first kilobytes of its file. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { placementOf, type ScanPlacement } from '../core/annotation/image';
import { parseNiftiHeader } from '../core/formats/nifti-header';
import { isGzip, NIFTI2_HEADER } from '../core/formats/sniff';
import { geometryFromAffine } from '../core/geometry';

/** Holds the header for sure, compressed or not. */
const HEAD = 16 * 1024;

const NIFTI = /\.(nii|hdr)(\.gz)?$/i;

/** Where a scan's header places its voxels; undefined for what is no NIfTI, is not there, or cannot be read. */
export async function niftiPlacement(file: string): Promise<ScanPlacement | undefined> {
  if (!NIFTI.test(file)) return undefined;
  try {
    const header = parseNiftiHeader(await readHeader(file), path.basename(file));
    return placementOf({ ...geometryFromAffine(header.affine, header.size), identity: {} });
  } catch {
    return undefined;
  }
}

async function readHeader(file: string): Promise<Uint8Array> {
  const handle = await fs.open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD), 0, HEAD, 0);
    const head = buffer.subarray(0, bytesRead);
    const plain = isGzip(head) ? gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }) : head;
    return plain.subarray(0, NIFTI2_HEADER);
  } finally {
    await handle.close();
  }
}
