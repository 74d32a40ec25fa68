/** Where the annotation of a scan lies. On disk the rule is the command line's; elsewhere the same names are looked for through VS Code. */
import * as vscode from 'vscode';
import { annotationName } from '../../core/annotation/annotation';
import { ANNOTATION_SUFFIX, annotationPath } from '../../node/annotation-path';
import { findScans, type ScanFiles } from '../../node/scan-files';
import { baseName, hasNeighbours, listFolder, parentOf } from '../scan/files';

/**
 * The scan that a file on disk opens. A DICOMDIR may list several: `seriesInstanceUid` says which.
 * Throws ScanError if there is none.
 */
export async function scanOnDisk(file: string, seriesInstanceUid?: string): Promise<ScanFiles> {
  const { scans } = await findScans(file);
  const scan = scans.find((one) => one.seriesInstanceUid === seriesInstanceUid) ?? scans[0];
  if (!scan) throw new Error(`${file} names no scan.`);
  return scan;
}

/** Address of a scan's annotation, whether it exists or not; undefined where a scan has no neighbours. Throws ScanError if the scan on disk cannot be read. */
export async function locateAnnotation(scan: vscode.Uri, seriesInstanceUid?: string): Promise<vscode.Uri | undefined> {
  if (!hasNeighbours(scan)) return undefined;
  if (scan.scheme === 'file') {
    return vscode.Uri.file(await annotationPath(await scanOnDisk(scan.fsPath, seriesInstanceUid)));
  }
  const folder = parentOf(scan);
  const named = vscode.Uri.joinPath(folder, annotationName(baseName(scan)));
  if (seriesInstanceUid === undefined) return named;
  for (const { uri, name } of await listFolder(folder)) {
    if (!name.endsWith(ANNOTATION_SUFFIX)) continue;
    const text = await readText(uri).catch(() => '');
    if (text.includes(`"${seriesInstanceUid}"`)) return uri;
  }
  return named;
}

export async function readText(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
