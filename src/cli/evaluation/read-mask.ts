/** A mask from an annotation or a label map, with what it says of slices and patient. */
import { type Annotation, masksOf, subtypesOf } from '../../core/annotation/annotation';
import type { ImageReference } from '../../core/annotation/image';
import { farthestCorner, TOLERANCE } from '../../core/annotation/match';
import { encodeRuns, type SliceRuns } from '../../core/annotation/runs';
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import { affineOf } from '../../core/geometry';
import { gridOfImage } from '../../core/measure/compare';
import { type MeasureGrid, volumeGrid } from '../../core/measure/grid';
import { patientSubtypes, sliceSubtypes } from '../../core/measure/statements';
import { ScanError, type Volume } from '../../core/volume';
import { loadScan } from '../../node/load-scan';
import { findScans } from '../../node/scan-files';
import { readAnnotationFile } from '../annotation-file';
import { BUNDLE } from '../place';
import { shown } from '../scan-summary';
import type { Entry } from './entries';

export interface ReadMask {
  readonly file: string;
  readonly image: Pick<ImageReference, 'size' | 'spacing' | 'affine'> & Partial<ImageReference>;
  /** Slices with blood. */
  readonly masks: readonly SliceRuns[];
  /** As stated, else as the mask says. */
  readonly sliceSubtypes: readonly (readonly Subtype[])[];
  readonly patientSubtypes: readonly Subtype[];
  /** Where its voxels are; of an annotation by the mean step from slice to slice. */
  readonly grid: MeasureGrid;
}

/**
 * Reads a mask. `binary`: any value of a label map above 0 is blood, and the subtypes mean nothing.
 * Throws ScanError or AnnotationError.
 */
export async function readMask({ file, kind }: Pick<Entry, 'file' | 'kind'>, binary: boolean): Promise<ReadMask> {
  return kind === 'annotation' ? ofAnnotation(file, await readAnnotationFile(file)) : ofLabelMap(file, binary);
}

function ofAnnotation(file: string, annotation: Annotation): ReadMask {
  return {
    file,
    image: annotation.image,
    masks: masksOf(annotation),
    sliceSubtypes: annotation.slices.map(sliceSubtypes),
    patientSubtypes: patientSubtypes(annotation),
    grid: gridOfImage(annotation),
  };
}

async function ofLabelMap(file: string, binary: boolean): Promise<ReadMask> {
  const { scans } = await findScans(file);
  const [scan] = scans;
  if (scan === undefined) throw new ScanError(shown(file), 'it cannot be read.', 'Check the file.');
  const volume = await loadScan(scan, { bundle: BUNDLE });
  const masks = masksOfLabels(volume, shown(file), binary);
  const found = new Map(masks.map(({ slice, runs }) => [slice, subtypesOf(runs)]));
  const all = new Set([...found.values()].flatMap((subtypes) => [...subtypes]));
  return {
    file,
    image: { size: volume.size, spacing: volume.spacing, affine: affineOf(volume) },
    masks,
    sliceSubtypes: volume.slices.map((_, k) => SUBTYPES.filter((subtype) => found.get(k)?.has(subtype))),
    patientSubtypes: SUBTYPES.filter((subtype) => all.has(subtype)),
    grid: volumeGrid(volume),
  };
}

/** The labels of a decoded label map as runs. Throws ScanError for values that are no labels. */
function masksOfLabels({ voxels, slope, intercept, size }: Volume, file: string, binary: boolean): SliceRuns[] {
  const [width, height, depth] = size;
  const labels = new Uint8Array(width * height);
  const masks: SliceRuns[] = [];
  for (let slice = 0; slice < depth; slice++) {
    for (let n = 0; n < labels.length; n++) {
      const value = Number(voxels[slice * labels.length + n] ?? 0) * slope + intercept;
      const label = binary ? Number(value > 0) : value;
      if (!(value >= 0) || !Number.isInteger(label) || label > SUBTYPES.length) throw noLabel(value, file, binary);
      labels[n] = label;
    }
    const runs = encodeRuns(labels, width, height);
    if (runs.length > 0) masks.push({ slice, runs });
  }
  return masks;
}

function noLabel(value: number, file: string, binary: boolean): ScanError {
  const names = SUBTYPES.map((subtype, n) => `${n + 1} ${subtype}`).join(', ');
  return new ScanError(
    file,
    `it is no label map: it has the value ${value}.`,
    binary
      ? 'Label maps hold 0 and, where there is blood, more.'
      : `Label maps hold 0, ${names}; with --binary anything above 0 is blood.`,
  );
}

/** What is wrong, and what to do: one sentence each. */
export type Mismatch = readonly [problem: string, remedy: string];

/** Why two masks are not of one voxel grid; undefined if they are. */
export function gridMismatch(truth: ReadMask['image'], prediction: ReadMask['image']): Mismatch | undefined {
  const remedy = "Bring both to the scan's own grid.";
  if (truth.size.some((count, axis) => count !== prediction.size[axis])) {
    return [
      `The truth has ${truth.size.join(' x ')} voxels and the prediction ${prediction.size.join(' x ')}.`,
      remedy,
    ];
  }
  const off = farthestCorner(truth, prediction.affine);
  if (off <= TOLERANCE * Math.min(...truth.spacing)) return undefined;
  const problem = `Truth and prediction place their voxels up to ${off.toFixed(1)} mm apart (position, orientation or spacing differ).`;
  return [problem, remedy];
}

/** Why two masks are of other voxel values; undefined if they are of one scan, or one of them does not say. */
export function hashMismatch(truth: ReadMask['image'], prediction: ReadMask['image']): Mismatch | undefined {
  const [one, other] = [truth.sha256, prediction.sha256];
  if (one === undefined || other === undefined || one === other) return undefined;
  return [
    `The annotations were made on other voxel values (SHA-256 ${one.slice(0, 12)}... and ${other.slice(0, 12)}...).`,
    'If one scan is a conversion of the other, use --ignore-hash.',
  ];
}
