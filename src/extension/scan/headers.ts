/** DICOM headers of many files, read from the head of each and remembered while the file stays the same. */
import type * as vscode from 'vscode';
import { type DicomHeader, readDicomHeader } from '../../core/formats/dicom/header';
import { baseName, type FileStat, readHead, stat } from './files';

/** Enough for the header of nearly every file; `readDicomHeader` asks for more where it is not. */
const FIRST_READ = 64 * 1024;

/** Beyond this a header is taken for damaged: real ones reach some hundred kilobytes. */
const LARGEST_HEADER = 64 * 1024 * 1024;

/** Remembered files; the oldest go first. A header takes about a kilobyte. */
const REMEMBERED = 20_000;

interface Remembered extends FileStat {
  /** undefined: the file is no DICOM. */
  readonly header: DicomHeader | undefined;
}

export interface DicomFile {
  readonly uri: vscode.Uri;
  /** Bytes. */
  readonly size: number;
  readonly header: DicomHeader;
}

export class HeaderReader {
  readonly #remembered = new Map<string, Remembered>();

  /** The header of a file, or undefined if it is no DICOM or cannot be read. */
  async read(uri: vscode.Uri): Promise<DicomFile | undefined> {
    const key = uri.toString();
    const now = await stat(uri).catch(() => undefined);
    if (!now) return undefined;
    let entry = this.#remembered.get(key);
    if (!entry || entry.size !== now.size || entry.mtime !== now.mtime) {
      entry = { size: now.size, mtime: now.mtime, header: await parse(uri, now.size).catch(() => undefined) };
      this.#remember(key, entry);
    }
    return entry.header && { uri, size: entry.size, header: entry.header };
  }

  #remember(key: string, entry: Remembered): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, entry);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > REMEMBERED && !oldest.done) this.#remembered.delete(oldest.value);
  }
}

async function parse(uri: vscode.Uri, size: number): Promise<DicomHeader | undefined> {
  let length = Math.min(FIRST_READ, size);
  while (length <= LARGEST_HEADER) {
    const result = readDicomHeader(await readHead(uri, length), baseName(uri), size);
    if ('header' in result) return result.header;
    if (length >= size) return undefined;
    length = Math.min(Math.max(result.more, length + 1), size);
  }
  return undefined;
}
