/** Whether an annotation belongs to a scan: asked before a mask is drawn, never after. */
import type { Affine } from '../geometry';
import { type ImageReference, placementAffine, type ScanPlacement } from './image';

export type Match =
  | { readonly matches: true }
  | {
      readonly matches: false;
      readonly differs: 'size' | 'geometry' | 'voxels';
      /** What differs, with both values, and what to do. */
      readonly message: string;
    };

/** Part of a voxel that a corner of the image may be off: readers round differently, flips and shifts are whole voxels. */
export const TOLERANCE = 0.1;

/**
 * Compares an annotation's image with a decoded scan: size, then the world position of the image's
 * eight corners (to a tenth of the smallest voxel edge), then the hash of the voxels where the scan's is known.
 */
export function annotationMatches(image: ImageReference, scan: ScanPlacement & { readonly sha256?: string }): Match {
  const { size, sha256 } = scan;
  return imagesMatch(image, { size, affine: placementAffine(scan), ...(sha256 !== undefined && { sha256 }) });
}

/** `annotationMatches` for a scan of which only what an annotation would say is at hand. */
export function imagesMatch(
  image: ImageReference,
  scan: Pick<ImageReference, 'size' | 'affine'> & { readonly sha256?: string },
): Match {
  if (image.size.some((count, axis) => count !== scan.size[axis])) {
    return {
      matches: false,
      differs: 'size',
      message: `The annotation is of an image of ${image.size.join(' x ')} voxels, and this scan has ${scan.size.join(' x ')}. Open the scan that it was made on.`,
    };
  }
  const off = farthestCorner(image, scan.affine);
  const limit = TOLERANCE * Math.min(...image.spacing);
  if (off > limit) {
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

/** Largest distance in mm between the places that two affines give to a corner voxel; infinite for numbers that are none. */
export function farthestCorner({ size, affine }: Pick<ImageReference, 'size' | 'affine'>, other: Affine): number {
  let farthest = 0;
  for (let corner = 0; corner < 8; corner++) {
    const index = [...size.map((count, axis) => ((corner >> axis) & 1) * (count - 1)), 1];
    const offsets = [0, 4, 8].map((row) =>
      index.reduce((sum, at, n) => sum + at * ((affine[row + n] ?? 0) - (other[row + n] ?? 0)), 0),
    );
    const distance = Math.hypot(...offsets);
    farthest = Math.max(farthest, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }
  return farthest;
}
