/** DICOMDIR: PS3.3 annex F. A tree of records, linked by their byte offsets in the file. */
import type { DataSet } from 'dicom-parser';
import { ScanError } from '../../volume';
import { type ParsedFile, parseFile } from './dataset';
import { tags } from './elements';
import { itemsOf } from './header';

/** A series that a DICOMDIR lists. */
export interface DicomDirSeries {
  readonly seriesInstanceUid: string | undefined;
  readonly modality: string | undefined;
  readonly seriesNumber: number | undefined;
  /** Path of each image below the DICOMDIR's folder, as its components. */
  readonly files: readonly (readonly string[])[];
}

/**
 * Reads the series and image files that a DICOMDIR lists. Patient records are passed over unread.
 * @throws ScanError if this is no DICOMDIR or lists no images
 */
export function readDicomDir(bytes: Uint8Array, name: string): DicomDirSeries[] {
  const file = parseFile(bytes, name, bytes.length) as ParsedFile;
  const records = itemsOf(file.elements, tags.directoryRecords);
  const series: (DicomDirSeries & { files: (readonly string[])[] })[] = [];
  // Records lie in the file in the order of the tree; each image belongs to the series before it.
  for (const record of records) {
    const type = record.string('x00041430');
    if (type === 'SERIES') series.push({ ...seriesOf(record), files: [] });
    const path = pathOf(record);
    if (type === 'IMAGE' && path) series.at(-1)?.files.push(path);
  }
  const listed = series.filter(({ files }) => files.length > 0);
  if (listed.length === 0)
    throw new ScanError(
      name,
      'This directory lists no images.',
      'Open a DICOM file or the folder that holds the series instead.',
    );
  return listed;
}

const seriesOf = (record: DataSet): Omit<DicomDirSeries, 'files'> => ({
  seriesInstanceUid: record.string(tags.seriesInstance) || undefined,
  modality: record.string(tags.modality) || undefined,
  seriesNumber: record.intString(tags.seriesNumber),
});

/** Referenced File ID (0004,1500): up to eight components of a path below the directory; nothing that leads out of it. */
function pathOf(record: DataSet): readonly string[] | undefined {
  const components = record
    .string('x00041500')
    ?.split('\\')
    .map((part) => part.trim());
  if (!components || components.some((part) => part === '' || part === '.' || part === '..' || /[/:]/.test(part)))
    return undefined;
  return components;
}
