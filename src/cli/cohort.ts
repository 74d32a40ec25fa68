/** All scans that paths name, and which of them are a shard's. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { ScanError } from '../core/volume';
import { findScans, type ScanFiles } from '../node/scan-files';
import { commonFolder, expandPaths, type NamedPath } from './named-paths';
import { isExpected, withPath } from './output';
import { pathOf, shown } from './scan-summary';

/** A scan of a cohort. */
export interface Member {
  readonly scan: ScanFiles;
  /** For messages: as the user named it, if he named it alone. */
  readonly named: string;
  /** Folder of the scan relative to the base of what was named: where its results lie below a folder for results. */
  readonly below: string;
}

/** Something that was named or found and is no scan that can be read. */
export interface Unreadable {
  readonly path: string;
  /** One line, led by the path. */
  readonly message: string;
}

export interface Cohort {
  readonly members: readonly Member[];
  readonly unreadable: readonly Unreadable[];
}

/** Shard `index` (from 1) of `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Reads "i/n". Throws Error with a message for the user. */
export function parseShard(text: string): Shard {
  const [, index = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new Error('--shard must be i/n, such as 2/8, with i from 1 to n.');
}

/**
 * The scans of some paths and globs, each once, in the order named. With a shard only its part.
 *
 * Which shard a scan belongs to depends on its path below the deepest folder that holds all that was
 * named, and on nothing else: not on the machine, not on the other scans.
 */
export async function findCohort(paths: readonly string[], shard?: Shard): Promise<Cohort> {
  const expanded = await expandPaths(paths);
  const known = new Set<string>();
  const members: Member[] = [];
  const unreadable: Unreadable[] = [];
  const root = commonFolder(expanded.flatMap((part) => ('base' in part ? [part.base] : [])));
  const mine = (key: string): boolean => shard === undefined || shardOf(key, shard.of) === shard.index;
  for (const part of expanded) {
    try {
      if ('error' in part) throw part.error;
      // One file of a series stands for all of them: the others need not be looked at.
      if (known.has(path.resolve(part.path))) continue;
      const { scans, failures } = await findScans(part.path);
      for (const failure of failures) if (mine(failure.file)) unreadable.push(toUnreadable(part.path, failure));
      for (const scan of scans) {
        const [first = ''] = scan.files;
        if (!known.has(first) && mine(keyOf(scan, root))) members.push(member(scan, part, scans.length === 1));
        for (const file of scan.files) known.add(file);
      }
    } catch (error) {
      if (!isExpected(error)) throw error;
      unreadable.push(toUnreadable(part.path, error));
    }
  }
  return { members, unreadable };
}

function member(scan: ScanFiles, { path: named, base }: NamedPath, alone: boolean): Member {
  const below = path.relative(base, scan.folder);
  return { scan, named: alone ? named : shown(pathOf(scan)), below: below.startsWith('..') ? '' : below };
}

function toUnreadable(named: string, error: Error): Unreadable {
  const file = error instanceof ScanError && path.basename(named) !== error.file ? path.join(named, error.file) : named;
  return { path: path.resolve(file), message: withPath(error, named) };
}

/** What a scan is told apart by, the same on every machine that has the cohort. */
function keyOf(scan: ScanFiles, root: string): string {
  const relative = path.relative(root, pathOf(scan)).split(path.sep).join('/');
  return `${relative}\n${scan.seriesInstanceUid ?? ''}`;
}

/** Shard, from 1, of a key. */
export function shardOf(key: string, shards: number): number {
  return (createHash('sha256').update(key).digest().readUIntBE(0, 6) % shards) + 1;
}
