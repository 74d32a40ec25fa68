/** Annotations in and below a folder. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX } from '../annotation-path';

/** Folders below the named one that are searched, as for scans. */
const DEPTH = 8;

/**
 * Absolute paths of the annotations, in the order of their names, folder by folder. Hidden files and
 * folders and installed packages are passed by, and so are folders below that cannot be read.
 * Throws ScanError where the folder itself cannot be, and the signal's reason when aborted.
 */
export async function findAnnotations(folder: string, signal?: AbortSignal): Promise<string[]> {
  const root = path.resolve(folder);
  const entries = await fs.readdir(root).catch((error: Error) => {
    throw new ScanError(folder, `the folder cannot be read (${error.message}).`, 'Check the path.');
  });
  return entries.length === 0 ? [] : below(root, DEPTH, signal);
}

async function below(folder: string, depth: number, signal: AbortSignal | undefined): Promise<string[]> {
  signal?.throwIfAborted();
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  const seen = entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = seen
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(ANNOTATION_SUFFIX))
    .map(({ name }) => path.join(folder, name));
  for (const { name } of depth > 0 ? seen.filter((entry) => entry.isDirectory()) : [])
    files.push(...(await below(path.join(folder, name), depth - 1, signal)));
  return files;
}
