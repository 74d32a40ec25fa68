/** What the open texts of annotations say, read once for each version of a text. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { annotationMatches } from '../../core/annotation/match';
import { type CheckedText, checkText, place } from '../../core/lint/check';
import type { PlacedFinding } from '../../core/lint/finding';
import { matchFindings } from '../../core/lint/voxels';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { niftiPlacement } from '../../node/scan-header';
import type { DecodedScan } from '../../protocol/view';
import type { SessionList } from '../editor/session-list';
import { baseName } from '../scan/files';
import { SECTION } from '../settings';
import { type Figures, figuresOf } from './figures';

/** Files of annotations, for registrations with VS Code. */
export const ANNOTATION_FILES = { pattern: `**/*${ANNOTATION_SUFFIX}` } as const;

/** A text with what follows from it. */
export interface Reading extends CheckedText {
  /** undefined for a text that is no annotation. */
  readonly figures: Figures | undefined;
  /** mm that each slice stands for, where its scan is open. */
  readonly extents: readonly number[] | undefined;
}

interface Remembered {
  readonly version: number;
  readonly decoded: DecodedScan | undefined;
  readonly smallest: number;
  readonly reading: Reading;
}

export class Readings implements vscode.Disposable {
  readonly #read = new Map<string, Remembered>();
  readonly #closing = vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#read.delete(uri.toString()));

  constructor(private readonly sessions: SessionList) {}

  /** The present text of a document. */
  of(document: vscode.TextDocument): Reading {
    const key = document.uri.toString();
    const [decoded, smallest] = [this.decoded(document.uri), smallestIsland(document.uri)];
    const known = this.#read.get(key);
    if (known?.version === document.version && known.decoded === decoded && known.smallest === smallest)
      return known.reading;
    const reading = this.read(document.uri, document.getText(), known?.reading);
    if (!document.isClosed) this.#read.set(key, { version: document.version, decoded, smallest, reading });
    return reading;
  }

  /**
   * A text that is not open.
   * @param before The same text as it was before it was changed.
   */
  read(uri: vscode.Uri, text: string, before?: CheckedText): Reading {
    const decoded = this.decoded(uri);
    const extents = decoded?.sliceExtents;
    const options = { smallestIsland: smallestIsland(uri), ...(extents ? { extents } : {}) };
    const known = before?.annotation && { text: before.places.text, annotation: before.annotation };
    const checked = checkText(text, baseName(uri), options, known);
    const { annotation, places, findings } = checked;
    if (!annotation) return { ...checked, figures: undefined, extents };
    const mismatch = decoded ? matchFindings(annotationMatches(annotation.image, decoded)) : [];
    return {
      ...checked,
      findings: [...findings, ...place(mismatch, places)],
      figures: figuresOf(annotation, extents),
      extents,
    };
  }

  /** The scan that an annotation is shown on, or refused for, in an open editor. */
  decoded(uri: vscode.Uri): DecodedScan | undefined {
    const key = uri.toString();
    return this.sessions.all.find(({ document }) => document.decoded && document.annotated.file.uri?.toString() === key)
      ?.document.decoded;
  }

  dispose(): void {
    this.#closing.dispose();
    this.#read.clear();
  }
}

/**
 * What the header of the scan beside an annotation says of its size and place; nothing where that scan
 * is open (its voxels have been looked at), is no NIfTI on disk, or is not there.
 */
export async function headerFindings(uri: vscode.Uri, { annotation, places }: CheckedText): Promise<PlacedFinding[]> {
  const file = scanBeside(uri, { annotation });
  const placement = annotation && file !== undefined ? await niftiPlacement(file) : undefined;
  return annotation && placement ? place(matchFindings(annotationMatches(annotation.image, placement)), places) : [];
}

/** Path of the scan that an annotation on disk names; undefined where it names a series only. */
export function scanBeside(uri: vscode.Uri, { annotation }: Pick<CheckedText, 'annotation'>): string | undefined {
  const file = annotation?.image.file;
  return file === undefined || uri.scheme !== 'file' ? undefined : path.resolve(path.dirname(uri.fsPath), file);
}

/** Whether an address is that of an annotation that can be edited; those of git's are versions of the past. */
export function isAnnotation(uri: vscode.Uri): boolean {
  return uri.path.endsWith(ANNOTATION_SUFFIX) && uri.scheme !== 'git';
}

/** mL, from the settings. */
export function smallestIsland(uri: vscode.Uri): number {
  const chosen = vscode.workspace.getConfiguration(SECTION, uri).get<number>('check.smallestIsland');
  return typeof chosen === 'number' && chosen >= 0 ? chosen : 0.01;
}

/** Range of a part of a text. Offsets are those of the text without a byte order mark, as documents have it. */
export function rangeOf(
  { places }: Pick<CheckedText, 'places'>,
  { offset, length }: { readonly offset: number; readonly length: number },
): vscode.Range {
  const [start, end] = [places.positionAt(offset), places.positionAt(offset + length)];
  return new vscode.Range(start.line, start.column, end.line, end.column);
}
