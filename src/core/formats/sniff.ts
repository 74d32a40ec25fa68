/** Which format a file is, by its first bytes and, where those say nothing, by its name. */
import { isGzip } from './gzip';
import { niftiHeaderLength } from './nifti-header';

export type ScanKind = 'nifti' | 'dicom';

/** Bytes that `sniffScan` likes to see; fewer will do. */
export const SNIFF_BYTES = 540;

const NIFTI_NAME = /\.(nii|hdr|img)(\.gz)?$/i;
const DICOM_NAME = /(\.(dcm|dicom|ima)|(^|[/\\])dicomdir)$/i;

/**
 * The format of a scan file.
 * @param bytes The file's first bytes.
 * @param name File name, for formats without a mark at their beginning (an .img, DICOM without
 * preamble) and for gzip, whose content is not looked into.
 * @returns undefined if nothing speaks for either format.
 */
export function sniffScan(bytes: Uint8Array, name: string): ScanKind | undefined {
  if (ascii(bytes, 128, 4) === 'DICM') return 'dicom';
  if (niftiHeaderLength(bytes) || isGzip(bytes) || NIFTI_NAME.test(name)) return 'nifti';
  if (DICOM_NAME.test(name) || startsLikeDataSet(bytes)) return 'dicom';
  return undefined;
}

/** True for the name of a file that shares its scan with another one: .hdr or .img, gzip or not. */
export function isPairedName(name: string): boolean {
  return /\.(hdr|img)(\.gz)?$/i.test(name);
}

/** True for the name of the file of a pair that holds the voxels. */
export function isImageName(name: string): boolean {
  return /\.img(\.gz)?$/i.test(name);
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

/** A DICOM data set without preamble begins with an element of a low group: 0002 (meta) or 0008 (identification). */
function startsLikeDataSet(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const group = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const bigEndianGroup = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const vr = /^[A-Z]{2}$/.test(ascii(bytes, 4, 2));
  if (group === 2 || group === 8) return vr || bytes[7] === 0;
  return bigEndianGroup === 8 && vr;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
