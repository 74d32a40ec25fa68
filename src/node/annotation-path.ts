/** Where the annotation of a scan lies: one rule for the editor and the command line. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { annotationName } from '../core/annotation/annotation';
import type { ScanFiles } from './scan-files';

export const ANNOTATION_SUFFIX = '.ich.json';

/**
 * Name of the annotation for a scan that has none yet:
 * - `x.nii`, `x.nii.gz`, `x.hdr` (with or without .gz): `x.ich.json`;
 * - a DICOM file that is its whole series: the file's name without `.dcm`, `.dicom` or `.ima`, and `.ich.json`;
 * - a DICOM series of several files: `<folder>.ich.json`, and where the folder holds several such
 *   series `<folder>.<SeriesNumber>.ich.json`, with the last part of the SeriesInstanceUID instead
 *   where the number is missing or not the only one of its kind.
 */
export function sidecarName(scan: ScanFiles): string {
  const [first = ''] = scan.files;
  if (scan.kind === 'nifti' || scan.files.length === 1) return annotationName(path.basename(first));
  // The root of a disk has no name.
  const folder = path.basename(scan.folder) || 'scan';
  if (scan.largeSeries.length < 2) return folder + ANNOTATION_SUFFIX;
  const { seriesNumber } = scan;
  const sameNumber = scan.largeSeries.filter((series) => series.seriesNumber === seriesNumber).length;
  const distinct =
    seriesNumber !== undefined && sameNumber === 1 ? seriesNumber : scan.seriesInstanceUid?.split('.').at(-1);
  return `${folder}.${distinct}${ANNOTATION_SUFFIX}`;
}

/**
 * Absolute path of a scan's annotation, whether it exists or not. An existing annotation in the
 * scan's folder that names the scan's SeriesInstanceUID wins over any name.
 * @param folder Another folder to look and to write in.
 */
export async function annotationPath(scan: ScanFiles, folder = scan.folder): Promise<string> {
  const named = path.join(folder, sidecarName(scan));
  const uid = scan.seriesInstanceUid;
  if (uid === undefined) return named;
  const names = await fs.readdir(folder).catch(() => []);
  const annotations = names.filter((name) => name.endsWith(ANNOTATION_SUFFIX) && !name.startsWith('.')).sort();
  for (const file of [named, ...annotations.map((name) => path.join(folder, name))]) {
    if ((await seriesOfAnnotation(file)) === uid) return file;
  }
  return named;
}

/** SeriesInstanceUID of the scan that an annotation belongs to; undefined if it says none or cannot be read. */
async function seriesOfAnnotation(file: string): Promise<string | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => '');
  // The whole text of a large annotation need not be parsed for one field, nor be valid beyond it.
  return /"seriesInstanceUid"\s*:\s*"([0-9.]+)"/.exec(text)?.[1];
}

/** Name of a scan relative to a folder, with `/`: its file, or the folder of a series; one of its files where that is the folder itself. */
export function scanFileName(scan: ScanFiles, folder: string): string {
  const [first = ''] = scan.files;
  const isSeries = scan.kind === 'dicom' && scan.files.length > 1;
  const relative = path.relative(folder, isSeries ? scan.folder : first);
  // Where the annotation lies among the files of its series, a file's name is something to open.
  return (relative || path.relative(folder, [...scan.files].sort()[0] ?? '')).split(path.sep).join('/');
}
