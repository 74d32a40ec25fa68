/** Whether an annotation belongs to a scan: asked before a mask is drawn, never after. */
import type { Vec3 } from '../volume';
import { affineOf } from './affine';
import type { ImageReference } from './image';

/** What of a decoded scan is compared; `Volume`, `DecodedScan` and `ImageReference` have these fields. */
export interface ScanGeometry {
  readonly size: Vec3;
  /** mm. */
  readonly spacing: Vec3;
  /** LPS mm of the centre of voxel (0, 0, 0). */
  readonly origin: Vec3;
  /** Unit LPS vectors of i, j, k. */
  readonly direction: readonly [Vec3, Vec3, Vec3];
  /** As in `ImageReference`; leave out while it is not known, and ask again when it is. */
  readonly sha256?: string;
}

export type Match =
  | { readonly matches: true }
  | {
      readonly matches: false;
      readonly differs: 'size' | 'geometry' | 'voxels';
      /** What differs, with both values, and what to do. */
      readonly message: string;
    };

/** Part of a voxel that a corner of the image may be off: readers round differently, flips and shifts are whole voxels. */
const TOLERANCE = 0.1;

/**
 * Compares an annotation's image with a decoded scan: size, then the world position of the image's
 * eight corners (to a tenth of the smallest voxel edge), then the hash of the voxels where the scan's is known.
 */
export function annotationMatches(image: ImageReference, scan: ScanGeometry): Match {
  if (image.size.some((count, axis) => count !== scan.size[axis])) {
    return {
      matches: false,
      differs: 'size',
      message: `The annotation is of an image of ${image.size.join(' x ')} voxels, and this scan has ${scan.size.join(' x ')}. Open the scan that it was made on.`,
    };
  }
  const off = farthestCorner(image, scan);
  const limit = TOLERANCE * Math.min(...image.spacing);
  if (!(off <= limit)) {
    return {
      matches: false,
      differs: 'geometry',
      message: `The annotation places its voxels up to ${off.toFixed(1)} mm from where this scan has them (position, orientation or spacing differ). Open the scan that it was made on, or run the segmentation again.`,
    };
  }
  if (scan.sha256 !== undefined && scan.sha256 !== image.sha256) {
    return {
      matches: false,
      differs: 'voxels',
      message: `The annotation was made on other voxel values (SHA-256 ${image.sha256.slice(0, 12)}..., this scan ${scan.sha256.slice(0, 12)}...). Open the scan that it was made on, or run the segmentation again.`,
    };
  }
  return { matches: true };
}

/** Largest distance in mm between the places that the two give to a corner voxel. */
function farthestCorner(image: ImageReference, scan: ScanGeometry): number {
  const a = affineOf(image);
  const b = affineOf(scan);
  let farthest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const index = [0, 1, 2].map((axis) => ((corner >> axis) & 1) * ((image.size[axis] ?? 1) - 1));
    const square = a.reduce((sum, row, axis) => {
      const other = b[axis] ?? row;
      const difference = [...index, 1].reduce((part, at, n) => part + at * ((row[n] ?? 0) - (other[n] ?? 0)), 0);
      return sum + difference ** 2;
    }, 0);
    const distance = Math.sqrt(square);
    if (!(distance <= farthest)) farthest = distance;
  }
  return farthest;
}
