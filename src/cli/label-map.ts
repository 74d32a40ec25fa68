import { paintRuns } from '../core/annotation/runs';
import { encodeNifti } from '../core/formats/write-nifti';
import type { SegmentResult } from '../protocol/inference';

/** The bytes of a .nii with the mask in the scan's own geometry: 0 nothing, 1 to 5 EPH, SDH, SAH, IPH, IVH. */
export function labelMap({ image, slices }: Pick<SegmentResult, 'image' | 'slices'>): Uint8Array {
  const [width, height, depth] = image.size;
  const plane = width * height;
  const voxels = new Uint8Array(plane * depth);
  for (const { slice, runs } of slices) {
    paintRuns(runs, voxels.subarray(slice * plane, (slice + 1) * plane), width, height);
  }
  return encodeNifti({ voxels, size: image.size, affine: image.affine });
}
