/** Which format a file is in, told by its name and, where that says nothing, by its first bytes. Pure, so it runs in plain tests. */

export type ScanKind = 'nifti' | 'dicom';

/** Bytes that tell the format: DICOM's magic ends at 132, the size field of a NIfTI header at 4. */
export const HEAD_BYTES = 132;

const NIFTI_NAME = /\.(nii|nii\.gz|hdr|img|hdr\.gz|img\.gz)$/i;
const DICOM_NAME = /\.(dcm|dicom)$/i;

/** Format by name; undefined where the name does not tell. */
export function kindByName(name: string): ScanKind | undefined {
  if (NIFTI_NAME.test(name)) return 'nifti';
  if (DICOM_NAME.test(name)) return 'dicom';
  return undefined;
}

/** Whether a file may be NIfTI or Analyze by its first bytes: a header's size (348 or 540) in either byte order, or gzip. */
export function looksLikeNifti(head: Uint8Array): boolean {
  if (head[0] === 0x1f && head[1] === 0x8b) return true;
  if (head.length < 4) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [348, 540].some((size) => view.getInt32(0, true) === size || view.getInt32(0, false) === size);
}

/** The other name of a `.hdr`/`.img` pair, in the same case; undefined for names that are no half of a pair. */
export function pairName(name: string): string | undefined {
  const match = /^(.*\.)(hdr|img)(\.gz)?$/i.exec(name);
  if (!match) return undefined;
  const [, stem = '', half = '', gz = ''] = match;
  const other = half.toLowerCase() === 'hdr' ? 'img' : 'hdr';
  return stem + (half === half.toUpperCase() ? other.toUpperCase() : other) + gz;
}
