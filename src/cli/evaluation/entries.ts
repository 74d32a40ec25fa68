/** Annotations and label maps in folders: which there are, what scan each is of, and by what names it may be known. */
import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { readAnnotationFile } from '../annotation-file';
import { expandPaths } from '../named-paths';
import { isExpected, withPath } from '../output';
import { shown } from '../scan-summary';
import { readResults, type ScanScores } from './scores';

/** An annotation or label map that has been found, not yet its mask. */
export interface Entry {
  /** Absolute. */
  readonly file: string;
  readonly kind: 'annotation' | 'label map';
  /** Below the named folder, with `/`, without the ending: "p1/head" of p1/head.ich.json. */
  readonly name: string;
  /** Of annotations: what they say of their scan. */
  readonly sha256?: string;
  readonly seriesInstanceUid?: string;
}

export interface Entries {
  readonly entries: readonly Entry[];
  /** Results of classifiers, where they are looked for. */
  readonly scores: readonly ScanScores[];
  /** Files that should have been one and cannot be read: one line each. */
  readonly unreadable: readonly { readonly file: string; readonly message: string }[];
}

const LABEL_MAP = /\.(nii|nii\.gz|hdr|hdr\.gz)$/i;
const RESULTS = /\.jsonl$/i;
const ENDING = /(\.ich)?\.(json|nii|nii\.gz|hdr|hdr\.gz)$/i;

/**
 * All annotations (*.ich.json) and NIfTI files of folders, files or globs. Scans are no label maps: a NIfTI
 * file is left out if an annotation that was found names it as its image or has the scan's name, and a
 * label map beside the annotation that it was written with is left out, too. Hidden files are passed by.
 * @param results Whether results of classifiers (*.jsonl) are looked for, too.
 */
export async function findEntries(named: readonly string[], results = false): Promise<Entries> {
  const entries: Entry[] = [];
  const scores: ScanScores[] = [];
  const unreadable: { file: string; message: string }[] = [];
  const labelMaps: Entry[] = [];
  const scans = new Set<string>();
  const fail = (file: string, given: string, error: unknown): void => {
    if (!isExpected(error)) throw error;
    unreadable.push({ file, message: withPath(error, given) });
  };
  for (const part of await expandPaths(named)) {
    try {
      if ('error' in part) throw part.error;
      for (const file of await filesOf(part.path, results)) {
        const name = path.relative(part.base, file).split(path.sep).join('/').replace(ENDING, '');
        if (LABEL_MAP.test(file)) {
          labelMaps.push({ file, kind: 'label map', name });
          continue;
        }
        try {
          if (RESULTS.test(file)) {
            scores.push(...(await readResults(file)));
            continue;
          }
          const { image } = await readAnnotationFile(file);
          const { sha256, seriesInstanceUid } = image;
          if (image.file !== undefined) scans.add(path.resolve(path.dirname(file), image.file));
          scans.add(file.slice(0, -ANNOTATION_SUFFIX.length));
          entries.push({
            file,
            kind: 'annotation',
            name,
            sha256,
            ...(seriesInstanceUid !== undefined && { seriesInstanceUid }),
          });
        } catch (error) {
          fail(file, shown(file), error);
        }
      }
    } catch (error) {
      fail(path.resolve(part.path), part.path, error);
    }
  }
  const isScan = ({ file }: Entry): boolean => scans.has(file) || scans.has(file.replace(ENDING, ''));
  return { entries: [...entries, ...labelMaps.filter((entry) => !isScan(entry))], scores, unreadable };
}

/** Files that a path names, absolute: itself, or what is in and below a folder. Throws ScanError. */
async function filesOf(named: string, results: boolean): Promise<string[]> {
  const isResult = (file: string): boolean => results && RESULTS.test(file);
  const stat = await fs.stat(named).catch(() => {
    throw new ScanError(named, 'there is no such file or folder.', 'Check the path.');
  });
  if (!stat.isDirectory()) {
    if (LABEL_MAP.test(named) || named.endsWith('.json') || isResult(named)) return [path.resolve(named)];
    throw new ScanError(
      named,
      'it is neither an annotation nor a NIfTI file.',
      `Name *${ANNOTATION_SUFFIX} or NIfTI files.`,
    );
  }
  const found = await fs.readdir(named, { recursive: true, withFileTypes: true });
  const wanted = (entry: Dirent): boolean =>
    !entry.isDirectory() &&
    !entry.name.startsWith('.') &&
    (entry.name.endsWith(ANNOTATION_SUFFIX) || LABEL_MAP.test(entry.name) || isResult(entry.name));
  const files = found.filter(wanted).map((entry) => path.resolve(entry.parentPath, entry.name));
  if (files.length > 0) return files.sort();
  throw new ScanError(
    named,
    `the folder holds no *${ANNOTATION_SUFFIX} and no NIfTI file.`,
    'Name a folder with annotations or label maps.',
  );
}
