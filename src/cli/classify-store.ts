/** The file of results that a run adds to: one line of JSON a scan, so that a run that was stopped goes on where it was. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { ScanError } from '../core/volume';
import { WriteError, writeAtomically } from '../node/atomic-write';
import { type ClassifyRecord, parseRecord } from './classify-record';
import { shown } from './scan-summary';

/** A result that is there, and the line that says it. */
export interface StoredRecord extends ClassifyRecord {
  readonly line: string;
}

export class ClassifyStore {
  readonly #records: Map<string, StoredRecord>;

  private constructor(
    readonly file: string,
    records: readonly StoredRecord[],
  ) {
    this.#records = new Map(records.map((record) => [record.path, record]));
  }

  /**
   * Opens a file; one that is not there yet is made with the first result. A last line that a killed
   * run left unfinished is dropped. Throws ScanError for a file that holds anything else than results.
   */
  static async open(file: string): Promise<ClassifyStore> {
    const text = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw new ScanError(shown(file), `it cannot be read (${error.message}).`, 'Name another file with --out.');
    });
    const end = text.lastIndexOf('\n') + 1;
    const store = new ClassifyStore(file, parseRecords(text.slice(0, end), file));
    if (end < text.length) await writeAtomically(file, text.slice(0, end));
    return store;
  }

  /** What is there of a scan; its voxels may have changed since. */
  get(scan: string): StoredRecord | undefined {
    return this.#records.get(scan);
  }

  /** Adds a result, or puts it in the place of the scan's former one. Throws WriteError. */
  async put(line: string): Promise<void> {
    const record = { ...parseRecord(line), line };
    const replaces = this.#records.has(record.path);
    this.#records.set(record.path, record);
    if (replaces) {
      await writeAtomically(this.file, [...this.#records.values()].map((one) => `${one.line}\n`).join(''));
      return;
    }
    await fs.mkdir(path.dirname(path.resolve(this.file)), { recursive: true }).catch(() => undefined);
    await appendWhole(this.file, `${line}\n`);
  }
}

/** Reads the lines of a file of results. Throws ScanError that names the line. */
export function parseRecords(text: string, file: string): StoredRecord[] {
  return text.split('\n').flatMap((line, n) => {
    if (line.trim() === '') return [];
    try {
      return [{ ...parseRecord(line), line }];
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new ScanError(`${shown(file)}:${n + 1}`, problem, 'Name a file that "hemorica classify" wrote.');
    }
  });
}

async function appendWhole(file: string, text: string): Promise<void> {
  const before = await fs.stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const handle = await fs.open(file, 'a').catch((error: Error) => {
    throw new WriteError(shown(file), `it cannot be written (${error.message}).`, 'Name another file with --out.');
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    // A full disk must not leave half a line before the next one.
    await handle.truncate(before).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    throw new WriteError(
      shown(file),
      `it cannot be written (${reason}).`,
      'Make room, or name another file with --out.',
    );
  } finally {
    await handle.close();
  }
}
