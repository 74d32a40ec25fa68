/** Unsaved work as it outlives the window: a backup that VS Code asks for, and hands back when the scan is opened again. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import { encodeAnnotation } from '../../core/annotation/encode';
import { parseAnnotation } from '../../core/annotation/parse';
import { baseName } from '../scan/files';
import type { Place } from './locate';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Version of the backup's own layout; others are not read. */
const VERSION = 1;

export interface Backup {
  readonly place: Place;
  readonly annotation: Annotation;
  /** What the edits were made on; `baseText` is undefined where there was no file. */
  readonly base: Annotation;
  readonly baseText: string | undefined;
}

/** Writes a backup; its folder is made where it is missing. */
export async function writeBackup(
  destination: vscode.Uri,
  { place, annotation, base, baseText }: Backup,
): Promise<void> {
  const content = {
    version: VERSION,
    annotation: place.uri.toString(),
    scanFile: place.scanFile,
    text: encodeAnnotation(annotation),
    base: encodeAnnotation(base),
    ...(baseText === undefined ? {} : { baseText }),
  };
  await vscode.workspace.fs.writeFile(destination, await pack(JSON.stringify(content), { level: 1 }));
}

/** Reads a backup; undefined for one that holds no unsaved work. Throws Error for one that cannot be read. */
export async function readBackup(uri: vscode.Uri): Promise<Backup | undefined> {
  const bytes = await vscode.workspace.fs.readFile(uri);
  if (bytes.length === 0) return undefined;
  const { version, annotation, scanFile, text, base, baseText } = JSON.parse(
    (await unpack(bytes)).toString('utf8'),
  ) as Record<string, unknown>;
  if (
    version !== VERSION ||
    typeof annotation !== 'string' ||
    typeof scanFile !== 'string' ||
    typeof text !== 'string' ||
    typeof base !== 'string'
  ) {
    throw new Error('It is no backup of this version.');
  }
  const place = { uri: vscode.Uri.parse(annotation), scanFile };
  const name = baseName(place.uri);
  return {
    place,
    annotation: parseAnnotation(text, name),
    base: parseAnnotation(base, name),
    baseText: typeof baseText === 'string' ? baseText : undefined,
  };
}
