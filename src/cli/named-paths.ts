/** The paths that a user names: files, folders, and globs for shells that do not expand them. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { ScanError } from '../core/volume';

export interface NamedPath {
  /** As named, or as a glob found it. */
  readonly path: string;
  /**
   * Absolute folder that the names of results start from: a named folder itself, the fixed part of a
   * glob, and for files the deepest folder that all named files lie in.
   */
  readonly base: string;
}

/** A part of an argument: what it names, or why it names nothing. */
export type Expanded = NamedPath | { readonly path: string; readonly error: ScanError };

/** Expands globs and finds the base of each path; in the order named, those of a glob by name. A path that is there is never taken for a glob. */
export async function expandPaths(named: readonly string[]): Promise<Expanded[]> {
  const parts = await Promise.all(named.map(expand));
  const files = parts.flat().flatMap((part) => ('file' in part ? [path.dirname(path.resolve(part.path))] : []));
  const base = commonFolder(files);
  return parts.flat().map((part) => ('file' in part ? { path: part.path, base } : part));
}

async function expand(named: string): Promise<(Expanded | { readonly path: string; readonly file: true })[]> {
  const stat = await fs.stat(named).catch(() => undefined);
  if (stat?.isDirectory()) return [{ path: named, base: path.resolve(named) }];
  const pattern = path.sep === '\\' ? named.replaceAll('\\', '/') : named;
  if (stat !== undefined || !isDynamicPattern(pattern)) return [{ path: named, file: true }];
  const found = await glob(pattern, { onlyFiles: false, expandDirectories: false });
  if (found.length === 0) {
    const error = new ScanError(named, 'no file or folder has such a name.', 'Check the pattern.');
    return [{ path: named, error }];
  }
  const base = path.resolve(fixedPart(pattern));
  return found.sort().map((one) => ({ path: path.normalize(one), base }));
}

/** The folders that a pattern begins with, before the first part that is none by itself. */
function fixedPart(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

/** The deepest folder that holds all of some absolute folders. */
export function commonFolder(folders: readonly string[]): string {
  const [first = process.cwd(), ...others] = folders;
  let common = first;
  for (const folder of others) while (!holds(common, folder)) common = path.dirname(common);
  return common;
}

function holds(folder: string, other: string): boolean {
  const relative = path.relative(folder, other);
  return folder === path.dirname(folder) || (!relative.startsWith('..') && !path.isAbsolute(relative));
}
