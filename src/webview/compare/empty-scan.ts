import type { ImageReference, ScanPlacement } from '../../core/annotation/image';
import { geometryFromAffine } from '../../core/geometry';
import type { Volume } from '../../core/volume';

/** A scan of nothing with the size, aspect and place of an image, to draw its mask on while the scan itself is not at hand. */
export function emptyVolume({ size, affine }: ImageReference): Volume {
  const [columns, rows, slices] = size;
  return {
    ...geometryFromAffine(affine, size),
    format: 'nifti1',
    voxels: new Uint8Array(columns * rows * slices),
    storedType: 'uint8',
    slope: 1,
    intercept: 0,
    provenance: {},
    notices: [],
    identity: {},
  };
}

/** Where an image's voxels are, by its own word. */
export function placementOfImage({ size, affine }: ImageReference): ScanPlacement {
  const { spacing, direction, slices } = geometryFromAffine(affine, size);
  return { size, spacing, direction, slicePositions: slices.map(({ position }) => position) };
}
