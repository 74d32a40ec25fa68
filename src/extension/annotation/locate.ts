/** Where the annotation of a scan lies. On disk the rule is the command line's; elsewhere the same names are looked for through VS Code. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { annotationName } from '../../core/annotation/annotation';
import { ANNOTATION_SUFFIX, annotationPath, scanFileName } from '../../node/annotation-path';
import { findScans, type ScanFiles } from '../../node/scan-files';
import { baseName, hasNeighbours, listFolder, parentOf } from '../scan/files';

/** Where the annotation of a scan is, or will be. */
export interface Place {
  readonly uri: vscode.Uri;
  /** Name of the scan relative to the annotation, with `/`. */
  readonly scanFile: string;
}

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

/** Place of a scan's annotation, whether it exists or not; undefined where a scan has no neighbours. Throws ScanError if the scan on disk cannot be read. */
export async function locateAnnotation(scan: vscode.Uri, seriesInstanceUid?: string): Promise<Place | undefined> {
  if (!hasNeighbours(scan)) return undefined;
  if (scan.scheme === 'file') {
    const files = await scanOnDisk(scan.fsPath, seriesInstanceUid);
    const file = await annotationPath(files);
    return { uri: vscode.Uri.file(file), scanFile: scanFileName(files, path.dirname(file)) };
  }
  const folder = parentOf(scan);
  const scanFile = baseName(scan);
  const named = vscode.Uri.joinPath(folder, annotationName(scanFile));
  if (seriesInstanceUid === undefined) return { uri: named, scanFile };
  for (const { uri, name } of await listFolder(folder)) {
    if (!name.endsWith(ANNOTATION_SUFFIX)) continue;
    const text = await readText(uri).catch(() => '');
    if (text.includes(`"${seriesInstanceUid}"`)) return { uri, scanFile };
  }
  return { uri: named, scanFile };
}

/** The text of a file, with its byte order mark and line ends. */
export async function readText(uri: vscode.Uri): Promise<string> {
  return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
}
