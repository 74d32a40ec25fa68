/** From an annotation to the scan that it belongs to, on disk. */
import path from 'node:path';
import type { ImageReference } from '../core/annotation/image';
import { ScanError } from '../core/volume';
import { type FindOptions, findScans, type ScanFiles } from './scan-files';

/**
 * The scan that an annotation names: its file or folder relative to the annotation, else the series
 * in the annotation's folder or below. Whether it is the right one `annotationMatches` tells, once it
 * is decoded. Throws ScanError where there is none, and the signal's reason when aborted.
 */
export async function findImage(
  annotation: string,
  image: Pick<ImageReference, 'file' | 'seriesInstanceUid'>,
  options: FindOptions = {},
): Promise<ScanFiles> {
  const folder = path.dirname(path.resolve(annotation));
  const uid = image.seriesInstanceUid;
  const places = [...(image.file === undefined ? [] : [path.resolve(folder, image.file)]), ...(uid ? [folder] : [])];
  for (const place of places) {
    const scans = await findScans(place, options).then(
      (found) => found.scans,
      (error: unknown) => {
        if (error instanceof ScanError) return [];
        throw error;
      },
    );
    const scan = scans.find(({ seriesInstanceUid }) => uid !== undefined && seriesInstanceUid === uid);
    const [only, another] = scans;
    if (scan) return scan;
    if (only && !another && (uid === undefined || only.kind === 'nifti')) return only;
  }
  const name = image.file ?? `the series ${uid}`;
  throw new ScanError(
    path.basename(annotation),
    `its scan, ${name}, cannot be read or is not there.`,
    'Put it where the annotation looks for it, or correct "image".',
  );
}
