/**
 * A model's manifest, `model.json` beside its `.onnx`: everything that is needed to turn a scan into
 * the network's input and its output into a mask, or into the probabilities of slices.
 * `docs/models.md` describes it for people.
 */
import { ScanError } from '../volume';
import { classesOf, FINDING_CLASSES, type FindingClass } from './classify';
import { FieldError, Fields } from './json-fields';
import { type ModelInput, readInput, type SliceInput } from './manifest-input';
import {
  type ClassificationOutputs,
  type RequiredOutput,
  readClassificationOutputs,
  readSegmentationOutputs,
  type SegmentationOutputs,
  segmentationTensors,
  subtypesOf,
} from './manifest-outputs';
import { type LabelThresholds, oddsOf } from './thresholds';

export type { Channel, ModelInput, PatchInput, SliceInput } from './manifest-input';
export { inputLength, inputShape } from './manifest-input';
export type { ClassificationOutputs, RequiredOutput, SegmentationOutputs } from './manifest-outputs';

export type ModelManifest = SegmentationManifest | ClassificationManifest;

interface ManifestBase {
  /** Identifier: letters, digits, dots and dashes. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  readonly version: string;
  /** File of the network, a name without folders. */
  readonly file: string;
  /** SHA-256 of that file, lower-case hex. */
  readonly sha256: string;
  /** Probability from which a voxel is blood, or a label holds of a slice, unless the user says otherwise. */
  readonly threshold: number;
  /** Of labels that need another than `threshold`. */
  readonly thresholds?: LabelThresholds;
  readonly license: { readonly name: string; readonly attribution: string; readonly use: 'any' | 'non-commercial' };
  /** What it was trained on and how, for people. */
  readonly provenance: string;
  /** What was measured with it and on which data, for people. */
  readonly metrics: readonly ModelMetric[];
  /** What else people must know who use it for research. */
  readonly research?: string;
}

export interface SegmentationManifest extends ManifestBase {
  readonly task: 'segmentation';
  readonly input: ModelInput;
  readonly outputs: SegmentationOutputs;
  readonly postprocessing: Postprocessing;
}

export interface ClassificationManifest extends ManifestBase {
  readonly task: 'classification';
  readonly input: SliceInput;
  readonly outputs: ClassificationOutputs;
}

export interface ModelMetric {
  /** Such as "Dice". */
  readonly name: string;
  readonly value: number;
  /** The data on which it was measured. */
  readonly data: string;
}

export interface Postprocessing {
  /** Smaller lesions (connected in 3-D) are dropped, mL. */
  readonly minimumVolume: number;
}

/** Version of the manifest format that this reader knows. */
export const MANIFEST_VERSION = 1;

/**
 * Reads a manifest. Throws ScanError that names the file and the field.
 * @param file Name of the manifest for messages.
 */
export function parseManifest(text: string, file: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScanError(file, `it is not valid JSON (${reason}).`, 'Correct the manifest, or install the model again.');
  }
  try {
    return readManifest(new Fields(json, ''));
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    throw new ScanError(file, error.message, 'Correct the manifest, or install the model again.');
  }
}

function readManifest(root: Fields): ModelManifest {
  root.oneOf('format', ['hemorica-model']);
  const version = root.number('formatVersion', { integer: true, from: 1 });
  if (version > MANIFEST_VERSION) {
    throw new FieldError(
      `"formatVersion" is ${version}, and this version of Hemorica knows up to ${MANIFEST_VERSION}; it needs a newer one.`,
    );
  }
  // For editors, which check the file as it is written.
  if (root.has('$schema')) root.text('$schema');
  const task = root.oneOf('task', ['segmentation', 'classification']);
  const base = readBase(root);
  const manifest = task === 'segmentation' ? readSegmentation(root, base) : readClassification(root, base);
  root.end();
  return manifest;
}

function readBase(root: Fields): ManifestBase {
  const license = root.object('license');
  const base: ManifestBase = {
    name: root.text('name', /^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots and dashes'),
    title: root.text('title'),
    version: root.text('version'),
    // A file elsewhere could be anything on the user's disk.
    file: root.text('file', /^[^/\\:]+\.onnx$/, 'the name of an .onnx file beside the manifest, without folders'),
    sha256: root.text('sha256', /^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
    threshold: root.number('threshold', { above: 0, below: 1 }),
    license: {
      name: license.text('name'),
      attribution: license.text('attribution'),
      use: license.oneOf('use', ['any', 'non-commercial']),
    },
    provenance: root.text('provenance'),
    metrics: root.has('metrics') ? root.list('metrics').map(readMetric) : [],
    ...(root.has('research') && { research: root.text('research') }),
  };
  license.end();
  return base;
}

function readSegmentation(root: Fields, base: ManifestBase): SegmentationManifest {
  const outputs = readSegmentationOutputs(root.object('outputs'));
  const thresholds = readThresholds(root, subtypesOf(outputs));
  const odds = oddsOf(thresholds, base.threshold);
  const postprocessing = root.object('postprocessing');
  const minimumVolume = postprocessing.number('minimumVolume', { from: 0 });
  postprocessing.end();
  return {
    ...base,
    ...(thresholds && { thresholds }),
    task: 'segmentation',
    input: readInput(root.object('input')),
    outputs: odds ? { ...outputs, odds } : outputs,
    postprocessing: { minimumVolume },
  };
}

function readClassification(root: Fields, base: ManifestBase): ClassificationManifest {
  const input = readInput(root.object('input'));
  if (input.layout !== 'NCHW') {
    throw new FieldError('"input.layout" is "NCDHW"; it must be "NCHW" in a model that classifies slices.');
  }
  const outputs = readClassificationOutputs(root.object('outputs'));
  const thresholds = readThresholds(root, classesOf(outputs.slice.labels));
  return { ...base, ...(thresholds && { thresholds }), task: 'classification', input, outputs };
}

/** @param known Labels that may have a threshold of their own. */
function readThresholds(root: Fields, known: readonly FindingClass[]): LabelThresholds | undefined {
  if (!root.has('thresholds')) return undefined;
  const thresholds = root.object('thresholds');
  const read = FINDING_CLASSES.filter((label) => thresholds.has(label)).map((label) => {
    if (known.includes(label)) return [label, thresholds.number(label, { above: 0, below: 1 })] as const;
    const there =
      known.length > 0 ? known.map((name) => `"${name}"`).join(', ') : 'none, since it tells no subtypes apart';
    throw new FieldError(`"thresholds.${label}" is of a label that this model does not have; it has ${there}.`);
  });
  thresholds.end();
  if (read.length === 0) root.refuse('thresholds', 'an object with a threshold, or be left out');
  return Object.fromEntries(read);
}

function readMetric(metric: Fields): ModelMetric {
  const read = { name: metric.text('name'), value: metric.number('value'), data: metric.text('data') };
  metric.end();
  return read;
}

/** The outputs that the manifest needs of the graph. */
export function requiredOutputs(manifest: ModelManifest): readonly RequiredOutput[] {
  if (manifest.task === 'segmentation') return segmentationTensors(manifest.outputs);
  const { name, labels } = manifest.outputs.slice;
  return [{ field: 'outputs.slice', name, planes: labels.length }];
}
