/** Runs a classification model over a scan, some pictures at a time. */
import { closestAxes } from '../core/model/axial';
import {
  classesOf,
  type FindingClass,
  noFindings,
  type Probabilities,
  patientProbabilities,
  pictureProbabilities,
  thresholdsOf,
} from '../core/model/classify';
import { type ClassificationManifest, inputLength, inputShape } from '../core/model/manifest';
import { ScanError, type Volume } from '../core/volume';
import type { ClassifyResult } from '../protocol/classification';
import { batchOf } from './batch';
import { type Feed, type ScanShape, volumeFeed } from './feed';
import type { LoadedModel } from './model';
import type { Network, TensorValue } from './session/network';

export interface ClassifyOptions {
  readonly signal: AbortSignal;
  /** Called between pictures; throws to end the run. */
  readonly checkpoint: (done: number, total: number) => void;
}

export type Classified = Pick<ClassifyResult, 'classes' | 'thresholds' | 'axis' | 'slices' | 'patient' | 'aggregation'>;

export interface Classifier {
  readonly manifest: ClassificationManifest;
  readonly network: Network;
}

/** A model that classifies. Throws ScanError for one of another task. */
export function classifierOf({ manifest, network }: LoadedModel): Classifier {
  if (manifest.task === 'classification') return { manifest, network };
  throw new ScanError(manifest.name, `"task" is "${manifest.task}".`, 'Choose a model for classification.');
}

/** Probabilities of the slices and the patient of a volume that is in memory; as `classifyFeed`. */
export function classify(volume: Volume, classifier: Classifier, options: ClassifyOptions): Promise<Classified> {
  return classifyFeed(volumeFeed(volume, classifier.manifest.input), classifier, options);
}

/**
 * Probabilities of a scan's slices and patient. Pictures that show no head are not run.
 * Throws ScanError where the network gives something else than the manifest says, and what `checkpoint` throws.
 */
export async function classifyFeed(
  feed: Feed,
  { manifest, network }: Classifier,
  { checkpoint, signal }: ClassifyOptions,
): Promise<Classified> {
  const { slice } = manifest.outputs;
  const classes = classesOf(slice.labels);
  const length = inputLength(manifest.input);
  const total = feed.shape.size[closestAxes(feed.shape, manifest.input.orientation)[2].axis];
  const pictures: Probabilities[] = Array.from({ length: total }, () => noFindings(classes));
  const { size, fixed } = batchOf(network);
  const values = new Float32Array(size * length);
  let batch: number[] = [];
  const runBatch = async (): Promise<void> => {
    const held = fixed ? size : batch.length;
    const found = await run(network, values.subarray(0, held * length), held, manifest, signal);
    for (const [at, n] of batch.entries()) {
      const own = found.subarray(at * slice.labels.length, (at + 1) * slice.labels.length);
      pictures[n] = pictureProbabilities(own, slice);
    }
    batch = [];
  };
  try {
    checkpoint(0, total);
    for (let done = 0; done < total; ) {
      const input = await feed.next();
      if (!input) break;
      if (input.values) {
        values.set(input.values, batch.length * length);
        batch.push(input.n);
        feed.recycle(input.values);
      }
      done++;
      if (batch.length === size || (batch.length > 0 && done === total)) await runBatch();
      signal.throwIfAborted();
      checkpoint(done, total);
    }
  } catch (error) {
    feed.close();
    throw error;
  }
  return { ...inStorageOrder(feed.shape, manifest, pictures, classes), classes };
}

async function run(
  network: Network,
  values: Float32Array,
  size: number,
  { name: model, input, outputs }: ClassificationManifest,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { name, labels } = outputs.slice;
  const tensor: TensorValue = { type: 'float32', dims: [size, ...inputShape(input)], data: values };
  const { [name]: found } = await network.run({ [input.name]: tensor }, [name], signal);
  const dims = found?.dims ?? [];
  // Some graphs leave sides of length 1 behind the labels.
  const fits = dims[0] === size && dims[1] === labels.length && dims.slice(2).every((length) => length === 1);
  if (found && fits) {
    // Taken for "nothing found" it would be a reading that nobody has made.
    if (!found.data.some(Number.isNaN)) return found.data;
    throw new ScanError(model, 'the network gives values that are no numbers.', 'Choose another model or provider.');
  }
  throw new ScanError(
    model,
    `"outputs.slice" needs float32 of the shape [${size}, ${labels.length}] for ${size} ${size === 1 ? 'picture' : 'pictures'} and the labels ${labels.join(', ')}, but the network gives ${found?.type} of [${dims.join(', ')}].`,
    'Correct "outputs.slice.labels" in the manifest.',
  );
}

/** Brings what was found of axial pictures to the order in which the scan stores them. */
function inStorageOrder(
  shape: ScanShape,
  { input, outputs, threshold, thresholds }: ClassificationManifest,
  pictures: readonly Probabilities[],
  classes: readonly FindingClass[],
): Omit<Classified, 'classes'> {
  const { axis, sign } = closestAxes(shape, input.orientation)[2];
  const slices = sign > 0 ? pictures : [...pictures].reverse();
  const aggregation = outputs.patient;
  return {
    axis,
    slices,
    patient: patientProbabilities(slices, aggregation, classes),
    aggregation,
    thresholds: thresholdsOf(classes, threshold, thresholds),
  };
}
