/** An annotation's mask against its scan on disk. */
import type { ImageReference } from '../core/annotation/image';
import { placementOf } from '../core/annotation/image';
import { annotationMatches } from '../core/annotation/match';
import type { SliceRuns } from '../core/annotation/runs';
import { checkMask, type ScanCheck } from '../core/lint/voxels';
import { type LoadOptions, loadScan, voxelHash } from './load-scan';
import type { ScanFiles } from './scan-files';

/** Decodes the scan and holds the annotation against it. Throws ScanError, and the signal's reason when aborted. */
export async function checkOnScan(
  image: ImageReference,
  masks: readonly SliceRuns[],
  scan: ScanFiles,
  options: LoadOptions,
): Promise<ScanCheck> {
  const volume = await loadScan(scan, options);
  options.signal?.throwIfAborted();
  const placed = { ...placementOf(volume), sha256: voxelHash(volume) };
  const match = annotationMatches(image, placed);
  const hounsfield = !volume.notices.some(({ code }) => code === 'not-hounsfield');
  return {
    match,
    hounsfield,
    findings: match.matches && hounsfield ? checkMask(volume, masks) : [],
    extents: volume.slices.map(({ extent }) => extent),
  };
}
