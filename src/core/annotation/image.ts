/** What an annotation says of the scan that it belongs to, so that it is never drawn on another one. */
import { type Affine, affineOf } from '../geometry';
import type { Vec3, Volume } from '../volume';

export interface ImageReference {
  /** File name relative to the annotation, with `/`; for a DICOM series the name of the folder or of one file. */
  readonly file?: string;
  readonly seriesInstanceUid?: string;
  /** SHA-256, lower-case hex, of the voxels in slice order as stored (little-endian). */
  readonly sha256: string;
  readonly size: Vec3;
  /** mm, as `Volume.spacing`: the third is measured along the normal. */
  readonly spacing: Vec3;
  /** Index to world, LPS mm, as `affineOf` gives it: under a tilt or with uneven slices the third column is the mean step. */
  readonly affine: Affine;
}

/** What of a decoded scan an annotation names and is checked against; `DecodedScan` of the page has these fields. */
export interface ScanPlacement {
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly direction: Volume['direction'];
  /** LPS mm of voxel (0, 0, k). */
  readonly slicePositions: readonly Vec3[];
  readonly seriesInstanceUid?: string;
}

/** The placement of a volume. */
export function placementOf({
  size,
  spacing,
  direction,
  slices,
  identity,
}: Pick<Volume, 'size' | 'spacing' | 'direction' | 'slices' | 'identity'>): ScanPlacement {
  const { seriesInstanceUid } = identity;
  return {
    size,
    spacing,
    direction,
    slicePositions: slices.map(({ position }) => position),
    ...(seriesInstanceUid === undefined ? {} : { seriesInstanceUid }),
  };
}

/** LPS affine of a placement. */
export function placementAffine({ spacing, direction, slicePositions }: ScanPlacement): Affine {
  return affineOf({ spacing, direction, slices: slicePositions.map((position) => ({ position })) });
}

/** The reference to a scan: `file` is its name relative to the annotation, `sha256` that of its voxels. */
export function imageReference(scan: ScanPlacement, sha256: string, file: string): ImageReference {
  return {
    file,
    ...(scan.seriesInstanceUid === undefined ? {} : { seriesInstanceUid: scan.seriesInstanceUid }),
    sha256,
    size: scan.size,
    spacing: scan.spacing,
    affine: placementAffine(scan),
  };
}
