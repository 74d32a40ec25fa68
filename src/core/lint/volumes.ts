/** Sizes of voxels as an annotation's own image reference tells them, for where the scan is not at hand. */
import type { ImageReference } from '../annotation/image';
import { affineColumn } from '../geometry';
import { cross, dot, norm } from '../vec3';

/** mm² of a voxel within its slice. */
export function pixelAreaOf({ affine }: Pick<ImageReference, 'affine'>): number {
  return norm(cross(affineColumn(affine, 0), affineColumn(affine, 1)));
}

/**
 * mL of one voxel of each slice. Exact with `extents`, mm that each slice stands for; without them
 * exact for evenly spaced slices and otherwise about right (`hasEvenSlices`).
 */
export function sliceVolumes(
  image: Pick<ImageReference, 'affine' | 'size' | 'spacing'>,
  extents?: readonly number[],
): number[] {
  const area = pixelAreaOf(image);
  return Array.from({ length: image.size[2] }, (_, k) => (area * (extents?.[k] ?? image.spacing[2])) / 1000);
}

/** Whether an image's slices are evenly spaced: then the mean step along the normal is the median one. */
export function hasEvenSlices({ affine, spacing, size }: Pick<ImageReference, 'affine' | 'size' | 'spacing'>): boolean {
  if (size[2] < 2) return true;
  const normal = cross(affineColumn(affine, 0), affineColumn(affine, 1));
  const step = Math.abs(dot(affineColumn(affine, 2), normal)) / norm(normal);
  return Math.abs(step - spacing[2]) < 1e-3 * spacing[2];
}
