/** What first bytes and names say of NIfTI files; without the readers, so that it costs no bundle anything. */

/** Bytes of the fixed headers, which are their own first field (sizeof_hdr) too. Analyze has NIfTI-1's. */
export const NIFTI1_HEADER = 348;
export const NIFTI2_HEADER = 540;

/** True if bytes begin as a gzip member does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * How many bytes the header has that begins with these (at least four) bytes, and its byte order;
 * undefined if it is no header of this family.
 */
export function niftiHeaderLength(bytes: Uint8Array): { length: number; littleEndian: boolean } | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const littleEndian of [true, false]) {
    const length = view.getInt32(0, littleEndian);
    if (length === NIFTI1_HEADER || length === NIFTI2_HEADER) return { length, littleEndian };
  }
  return undefined;
}

/** Whether a file may be NIfTI or Analyze by its first bytes. Gzip may be anything inside. */
export function looksLikeNifti(bytes: Uint8Array): boolean {
  return isGzip(bytes) || niftiHeaderLength(bytes) !== undefined;
}

/**
 * Names that the other file of a .hdr/.img pair may have, likeliest first; none for other names.
 * Either may be compressed without the other; case is kept (SCAN.HDR has SCAN.IMG).
 */
export function pairedNames(name: string): string[] {
  const [, stem, extension, gz] = /^(.*\.)(hdr|img)(\.gz)?$/i.exec(name) ?? [];
  if (stem === undefined || extension === undefined) return [];
  const other = extension.toLowerCase() === 'hdr' ? 'img' : 'hdr';
  const cased = extension === extension.toUpperCase() ? other.toUpperCase() : other;
  const suffixes = gz ? [gz, ''] : ['', cased === other ? '.gz' : '.GZ'];
  return suffixes.map((suffix) => stem + cased + suffix);
}
