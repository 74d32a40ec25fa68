/** Where the slices of an evaluated scan are. */

import type { ImageReference } from '../../core/annotation/image';
import { placementOf } from '../../core/annotation/image';
import { annotationMatches } from '../../core/annotation/match';
import { affineColumn } from '../../core/geometry';
import { type MeasureGrid, volumeGrid } from '../../core/measure/grid';
import { cross, dot, normalize } from '../../core/vec3';
import { ScanError } from '../../core/volume';
import { findImage } from '../../node/find-image';
import { loadScan } from '../../node/load-scan';
import { BUNDLE } from '../place';
import { shown } from '../scan-summary';
import type { ReadMask } from './read-mask';

/** The grid of the scan that an annotation was made on, every slice at its own place. Throws ScanError where it is not there or is another one. */
export async function scanGrid({ file, image }: ReadMask): Promise<MeasureGrid> {
  if (!isReference(image))
    throw new ScanError(
      shown(file),
      'a label map does not say which scan it is of.',
      'Use annotations, or leave out --scan.',
    );
  const volume = await loadScan(await findImage(file, image), { bundle: BUNDLE });
  const match = annotationMatches(image, placementOf(volume));
  if (!match.matches) throw new ScanError(shown(file), match.message, 'Or leave out --scan.');
  return volumeGrid(volume);
}

export function isReference(image: ReadMask['image']): image is ImageReference {
  return image.sha256 !== undefined;
}

/** Part of a step by which the mean may differ from the median before slices are called uneven. */
const UNEVEN = 0.01;

/** Whether the image's own figures show that its slices are uneven: their mean step is not the median one. */
export function isUneven({ affine, spacing }: Pick<ImageReference, 'affine' | 'spacing'>): boolean {
  const normal = normalize(cross(affineColumn(affine, 0), affineColumn(affine, 1)));
  const mean = Math.abs(dot(affineColumn(affine, 2), normal));
  return Math.abs(mean - spacing[2]) > UNEVEN * spacing[2];
}
