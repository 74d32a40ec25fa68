/** Which scans a run need not do again. The annotation is the record: it names the voxels and the model that it was made from. */
import { type Annotation, masksOf } from '../core/annotation/annotation';
import { AnnotationError } from '../core/annotation/error';
import type { ModelUse } from '../core/annotation/source';
import { volumeGrid, volumesByLabel } from '../core/measure/grid';
import { WriteError } from '../node/atomic-write';
import { loadScan, voxelHash } from '../node/load-scan';
import type { ScanFiles } from '../node/scan-files';
import { readAnnotationFile } from './annotation-file';
import { BUNDLE } from './place';
import { shown } from './scan-summary';

/** A model as it will be run; the provider makes no difference to what it says. */
export type ModelIdentity = Omit<ModelUse, 'provider'>;

export interface Finished {
  readonly annotation: Annotation;
  /** Blood in its mask, mL. */
  readonly volume: number;
}

/**
 * The annotation in a file if this model made it, with this threshold, from this scan's voxels, even
 * if a reader has changed it since. Throws WriteError for any other annotation, which is not to be
 * replaced, and ScanError for a scan that cannot be read.
 */
export async function finishedAnnotation(
  file: string,
  scan: ScanFiles,
  model: ModelIdentity,
  signal: AbortSignal,
): Promise<Finished> {
  const refuse = (problem: string): never => {
    throw new WriteError(shown(file), problem, 'Use --force to replace it.');
  };
  const annotation = await readAnnotationFile(file).catch((error: unknown) => {
    if (error instanceof AnnotationError) return refuse('the file exists and is no valid annotation.');
    throw error;
  });
  if (!sourcesOf(annotation).some((source) => isSame(source, model)))
    return refuse('the file exists and was not made by this model with this threshold.');
  const volume = await loadScan(scan, { bundle: BUNDLE, signal });
  if (voxelHash(volume) !== annotation.image.sha256)
    return refuse('the file exists and was made from other voxels; the scan has changed.');
  const volumes = volumesByLabel(masksOf(annotation), volumeGrid(volume));
  return { annotation, volume: volumes.reduce((sum, one) => sum + one, 0) };
}

function sourcesOf({ made, slices }: Annotation): ModelUse[] {
  const findings = slices.flatMap((slice) => Object.values(slice.findings));
  return [...made, ...findings.flatMap((finding) => finding.made)].flatMap((source) =>
    'model' in source ? [source.model] : [],
  );
}

function isSame(a: ModelIdentity, b: ModelIdentity): boolean {
  return a.name === b.name && a.version === b.version && a.sha256 === b.sha256 && a.threshold === b.threshold;
}
