/** One scan of `hemorica segment`: to its annotation, or past it where that is there already. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { annotationFromModel, masksOf } from '../core/annotation/annotation';
import { encodeAnnotation } from '../core/annotation/encode';
import { ANNOTATION_SUFFIX, annotationPath, scanFileName } from '../node/annotation-path';
import { WriteError, writeAtomically } from '../node/atomic-write';
import type { InferenceClient } from '../node/inference-client';
import { nameOf } from '../node/scan-files';
import type { SegmentResult } from '../protocol/inference';
import type { Workplace } from './batch';
import type { Member } from './cohort';
import { finishedAnnotation, type ModelIdentity } from './finished';
import { labelMap } from './label-map';
import { shown } from './scan-summary';
import { stageText } from './stage-text';

export const LABELS_SUFFIX = '.ich.nii.gz';

export interface SegmentScanOptions {
  readonly model: ModelIdentity;
  /** The model's folder, absolute. */
  readonly folder: string;
  readonly threshold: number | undefined;
  readonly out: string | undefined;
  readonly nifti: boolean;
  readonly force: boolean;
  readonly client: InferenceClient;
  readonly engine: Workplace['engine'];
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

interface Written {
  /** Absolute paths; `labels` only where a label map was asked for. */
  readonly annotation: string;
  readonly labels?: string;
  /** mL. */
  readonly volume: number;
}

export type Segmented =
  | (Written & { readonly status: 'segmented'; readonly result: SegmentResult })
  /** Done by an earlier run; nothing was written but a label map that was missing. */
  | (Written & { readonly status: 'finished' });

/** Where the results of a scan lie, absolute. */
export async function targetsOf(
  { scan, below }: Member,
  out: string | undefined,
): Promise<{ readonly folder: string; readonly annotation: string; readonly labels: string }> {
  const folder = out === undefined ? scan.folder : path.resolve(out, below);
  const annotation = await annotationPath(scan, folder);
  return { folder, annotation, labels: annotation.slice(0, -ANNOTATION_SUFFIX.length) + LABELS_SUFFIX };
}

/**
 * Segments a scan, or finds it finished. The annotation is written first and the label map second, so
 * that a run which was killed between leaves nothing that the next one would not know.
 * Throws ScanError, WriteError, InferenceStopped, and the signal's reason when aborted.
 */
export async function segmentScan(member: Member, options: SegmentScanOptions): Promise<Segmented> {
  const { signal, onProgress } = options;
  signal.throwIfAborted();
  const { scan } = member;
  const { folder, annotation: file, labels } = await targetsOf(member, options.out);
  const files = { annotation: file, ...(options.nifti && { labels }) };
  if (!options.force && existsSync(file)) {
    onProgress('comparing with its annotation');
    const { annotation, volume } = await finishedAnnotation(file, scan, options.model, signal);
    if (options.nifti && !existsSync(labels))
      await writeLabels(labels, { image: annotation.image, slices: masksOf(annotation) });
    return { status: 'finished', ...files, volume };
  }
  if (options.nifti && !options.force && existsSync(labels))
    throw new WriteError(shown(labels), 'the file exists.', 'Use --force to replace it.');
  const result = await options.client.segment(
    {
      ...nameOf(scan),
      model: options.folder,
      ...options.engine,
      ...(options.threshold !== undefined && { threshold: options.threshold }),
    },
    { signal, onProgress: (stage) => onProgress(stageText(stage, 'segmenting')) },
  );
  const annotation = annotationFromModel({ ...result, image: { ...result.image, file: scanFileName(scan, folder) } });
  await makeFolder(folder);
  await writeAtomically(file, encodeAnnotation(annotation));
  if (options.nifti) await writeLabels(labels, result);
  return { status: 'segmented', ...files, volume: result.volumes.reduce((sum, one) => sum + one, 0), result };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new WriteError(shown(folder), `the folder cannot be made (${error.message}).`, 'Name another with --out.');
  });
}

async function writeLabels(file: string, mask: Parameters<typeof labelMap>[0]): Promise<void> {
  await writeAtomically(file, gzipSync(labelMap(mask)));
}
