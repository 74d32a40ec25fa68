/** One annotation against a model: from what is kept, or by running the model on its scan. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type Annotation, masksOf } from '../../core/annotation/annotation';
import { imagesMatch } from '../../core/annotation/match';
import { parseAnnotation } from '../../core/annotation/parse';
import { gridOfImage } from '../../core/measure/compare';
import { sliceSubtypes } from '../../core/measure/statements';
import { disagreementOf, type ScanDisagreement } from '../../core/metrics/disagreement';
import { ScanError } from '../../core/volume';
import type { InferenceStage } from '../../protocol/inference';
import { findImage } from '../find-image';
import type { InferenceClient } from '../inference-client';
import { MANIFEST, readManifestFile } from '../models';
import { nameOf, type ScanFiles } from '../scan-files';
import type { KeptResult, ModelKey, ModelResults } from './model-results';

/** A model, and how it is run. */
export interface ComparedModel extends ModelKey {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly providers: readonly string[];
  readonly threads?: number;
}

/** A model for comparing. `threshold`: the model's own if undefined. Throws ScanError for a model that cannot be used or does not segment. */
export async function comparedModel(
  folder: string,
  how: {
    readonly providers: readonly string[];
    readonly threads?: number | undefined;
    readonly threshold?: number | undefined;
  },
): Promise<ComparedModel> {
  const manifest = await readManifestFile(folder);
  if (manifest.task !== 'segmentation')
    throw new ScanError(manifest.name, 'the model does not segment.', 'Choose a model for segmentation.');
  const text = await fs.readFile(path.join(folder, MANIFEST));
  return {
    folder,
    name: manifest.name,
    version: manifest.version,
    manifest: createHash('sha256').update(text).digest('hex'),
    threshold: how.threshold ?? manifest.threshold,
    providers: how.providers,
    ...(how.threads !== undefined && { threads: how.threads }),
  };
}

export interface ComparedScan {
  readonly scan: ScanFiles;
  readonly annotation: Annotation;
  readonly result: KeptResult;
  readonly disagreement: ScanDisagreement;
  /** Whether the model was run for it, and not known from before. */
  readonly ran: boolean;
}

export interface CompareOptions {
  readonly client: Pick<InferenceClient, 'segment' | 'checkMask'>;
  readonly results: ModelResults;
  readonly signal: AbortSignal;
  readonly onProgress?: (stage: InferenceStage) => void;
}

/**
 * Compares an annotation on disk with what a model finds in its scan. Throws ScanError or
 * AnnotationError for bad input, InferenceStopped, and the signal's reason when aborted.
 */
export async function compareWithModel(
  file: string,
  model: ComparedModel,
  options: CompareOptions,
): Promise<ComparedScan> {
  const annotation = parseAnnotation(await readText(file), path.basename(file));
  const { image } = annotation;
  const scan = await findImage(file, image, options);
  const known = await knownResult(file, annotation, scan, model, options);
  const result = known ?? (await run(scan, model, options));
  const match = imagesMatch(image, result.image);
  if (!match.matches) throw new ScanError(path.basename(file), match.message, 'Or move the annotation to its scan.');
  const disagreement = disagreementOf({
    annotation: masksOf(annotation),
    model: result.slices,
    labelsOf: (k) => {
      const slice = annotation.slices[k];
      return slice ? sliceSubtypes(slice) : [];
    },
    size: image.size,
    grid: { ...gridOfImage(annotation), extents: result.extents },
  });
  return { scan, annotation, result, disagreement, ran: known === undefined };
}

/**
 * The result of an earlier run on the same voxels. Where the scan's files are not those that were
 * seen then, as after a fresh checkout, the scan is read, which is a small part of running the model.
 */
async function knownResult(
  file: string,
  annotation: Annotation,
  scan: ScanFiles,
  model: ComparedModel,
  { client, results, signal, onProgress }: CompareOptions,
): Promise<KeptResult | undefined> {
  const noted = await results.noteOf(scan);
  if (noted) return sameSlices(await results.get(noted.image, model), noted.extents);
  const { image } = annotation;
  const known = await results.get(image, model);
  if (!known) return undefined;
  const { match, extents } = await client.checkMask(
    { annotation: file, image, masks: [] },
    { signal, ...(onProgress && { onProgress }) },
  );
  if (!match.matches || !sameSlices(known, extents)) return undefined;
  await results.note(scan, known);
  return known;
}

/** A result if it was made on slices that stand for as much: which the affine of uneven ones does not say. */
function sameSlices(result: KeptResult | undefined, extents: readonly number[]): KeptResult | undefined {
  return result?.extents.every((extent, k) => extent === extents[k]) ? result : undefined;
}

async function run(
  scan: ScanFiles,
  { folder, providers, threads, threshold, manifest }: ComparedModel,
  { client, results, signal, onProgress }: CompareOptions,
): Promise<KeptResult> {
  const result = await client.segment(
    {
      ...nameOf(scan),
      model: folder,
      providers,
      threshold,
      candidates: true,
      ...(threads !== undefined && { threads }),
    },
    { signal, ...(onProgress && { onProgress }) },
  );
  await results.put({ manifest, threshold }, result);
  await results.note(scan, result);
  return result;
}

async function readText(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch((error: Error) => {
    throw new ScanError(path.basename(file), `it cannot be read (${error.message}).`, 'Check the file.');
  });
}
