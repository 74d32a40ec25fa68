import type { Vec3 } from '../volume';

/** What an annotation says of the scan that it belongs to, so that it is never drawn on another one. */
export interface ImageReference {
  /** File name relative to the annotation, with `/`; for a DICOM series the name of the folder or of one file. */
  readonly file?: string;
  readonly seriesInstanceUid?: string;
  /** SHA-256, lower-case hex, of the voxels in slice order as stored (little-endian). */
  readonly sha256: string;
  readonly size: Vec3;
  /** mm. */
  readonly spacing: Vec3;
  /** LPS mm of voxel (0,0,0). */
  readonly origin: Vec3;
  /** Unit LPS vectors of i, j, k. */
  readonly direction: readonly [Vec3, Vec3, Vec3];
}
