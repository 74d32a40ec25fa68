/** Which format a file is in, told by its name. */

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
