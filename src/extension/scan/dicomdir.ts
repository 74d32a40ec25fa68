import * as vscode from 'vscode';
import { readDicomDir } from '../../core/formats/dicom/dicomdir';
import { ScanError } from '../../core/volume';
import { baseName, parentOf } from './files';
import type { HeaderReader } from './headers';
import { type Cancelled, largestFirst, readHeaders, type Series, toSeries } from './series';

/**
 * The series of images that a DICOMDIR lists and whose files are there, the largest first.
 * Throws ScanError for one that cannot be read or lists nothing that is there.
 */
export async function seriesOfDirectory(
  dicomdir: vscode.Uri,
  headers: HeaderReader,
  cancelled: Cancelled,
): Promise<Series[]> {
  const folder = parentOf(dicomdir);
  const name = baseName(dicomdir);
  const found: Series[] = [];
  for (const { files } of readDicomDir(await vscode.workspace.fs.readFile(dicomdir), name)) {
    const listed = files.map((parts) => ({ uri: vscode.Uri.joinPath(folder, ...parts) }));
    const images = (await readHeaders(listed, headers, cancelled)).filter(({ header }) => header.isImage);
    if (images.length > 0) found.push(toSeries(folder, images));
  }
  if (found.length > 0) return largestFirst(found);
  throw new ScanError(
    name,
    'It lists no image that is there.',
    'Copy the whole disc or folder that the DICOMDIR belongs to.',
  );
}
