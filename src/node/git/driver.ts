/** What git asks of Hemorica: merging three versions of an annotation, and telling them in words. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { type Annotation, emptyAnnotation } from '../../core/annotation/annotation';
import { encodeAnnotation } from '../../core/annotation/encode';
import { AnnotationError } from '../../core/annotation/error';
import { type Merge, mergeAnnotations, recordConflicts } from '../../core/annotation/merge';
import { parseAnnotation } from '../../core/annotation/parse';
import { describeOpen } from '../../core/diff/summary';
import { describeAnnotation } from '../../core/measure/compare';
import { writeAtomically } from '../atomic-write';
import type { Git } from './git';

/** Annotations that have no voxel in common to merge: names the files and what to do. */
export class MergeRefused extends Error {
  override readonly name = 'MergeRefused';
}

export interface MergedText extends Merge {
  /** With the conflicts on record, and with ours' line ends. */
  readonly text: string;
}

/**
 * Merges three texts. An empty base stands for none: both sides added the annotation. Throws
 * AnnotationError for a text that is no annotation, MergeRefused for annotations of different images.
 * @param name For messages.
 */
export function mergeTexts(base: string, ours: string, theirs: string, name: string): MergedText {
  const [mine, yours] = [parseAnnotation(ours, `${name} (ours)`), parseAnnotation(theirs, `${name} (theirs)`)];
  const common = base.trim() === '' ? emptyAnnotation(mine.image) : parseAnnotation(base, `${name} (base)`);
  let merge: Merge;
  try {
    merge = mergeAnnotations(common, mine, yours);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MergeRefused(
      `${name}: the annotations are of different images and cannot be merged. Keep one of them, each beside its own scan.`,
    );
  }
  const text = encodeAnnotation(recordConflicts(merge));
  return { ...merge, text: ours.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text };
}

/**
 * The merge driver. Writes the result over `ours`, as git expects. What cannot be merged as
 * annotations is merged as text, with git's conflict marks, so that neither side is lost.
 * Resolves to the messages, and to whether anything is left for the user.
 */
export async function runMergeDriver(
  git: Git,
  files: { readonly base: string; readonly ours: string; readonly theirs: string },
  name: string,
): Promise<{ readonly clean: boolean; readonly messages: readonly string[] }> {
  const [base, ours, theirs] = await Promise.all(
    [files.base, files.ours, files.theirs].map((file) => fs.readFile(file, 'utf8')),
  );
  try {
    const { text, conflicts } = mergeTexts(base ?? '', ours ?? '', theirs ?? '', name);
    await writeAtomically(files.ours, text);
    if (conflicts.length === 0) return { clean: true, messages: [] };
    const message = `${name}: both sides changed ${describeOpen(conflicts)} differently; ours is kept until you decide. Open it in Hemorica, take a side or paint, and save.`;
    return { clean: false, messages: [message] };
  } catch (error) {
    if (!(error instanceof AnnotationError || error instanceof MergeRefused)) throw error;
    const labels = ['ours', 'base', 'theirs'].flatMap((label) => ['-L', label]);
    const { status } = await git.run(['merge-file', ...labels, files.ours, files.base, files.theirs], {
      cwd: process.cwd(),
      // The number of conflicts.
      accept: Array.from({ length: 127 }, (_, n) => n + 1),
    });
    return { clean: status === 0, messages: [`${error.message} It was merged line by line instead.`] };
  }
}

/**
 * One annotation in words, as git compares them line by line: what people read, and a fingerprint of
 * the mask, so that no change goes unseen. Works without the scan.
 */
export function describeForGit(text: string, name: string): string {
  if (text.trim() === '') return '';
  let annotation: Annotation;
  try {
    annotation = parseAnnotation(text, name);
  } catch (error) {
    // git diff must go on whatever the file holds, and its text is what there is to see.
    if (error instanceof AnnotationError) return text;
    throw error;
  }
  const open = annotation.conflicts ? [`merge conflict: ${describeOpen(annotation.conflicts)}`] : [];
  const mask = createHash('sha256');
  for (const [slice, { runs }] of annotation.slices.entries()) mask.update(`${slice}:${runs.join(' ')};`);
  const lines = [...open, ...describeAnnotation(annotation), `mask ${mask.digest('hex').slice(0, 12)}`];
  return lines.map((line) => `${line}\n`).join('');
}
