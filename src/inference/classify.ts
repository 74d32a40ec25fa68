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
import { type ClassificationManifest, inputShape } from '../core/model/manifest';
import { SliceInputs } from '../core/model/preprocess';
import { ScanError, type Volume } from '../core/volume';
import type { ClassifyResult } from '../protocol/classification';
import type { LoadedModel } from './model';
import type { Network, TensorValue } from './session/network';

export interface ClassifyOptions {
  readonly signal: AbortSignal;
  /** Called between pictures; throws to end the run. */
  readonly checkpoint: (done: number, total: number) => void;
}

export type Classified = Pick<ClassifyResult, 'classes' | 'thresholds' | 'axis' | 'slices' | 'patient' | 'aggregation'>;

/**
 * Pictures in one run where the graph leaves that open. A processor gains nothing by more than one,
 * which would only make a cancel wait; what has to be reached first, a GPU or a server, gains by each.
 */
const TOGETHER = { cpu: 1, other: 8 } as const;

/** A model that classifies. Throws ScanError for one of another task. */
export function classifierOf({ manifest, network }: LoadedModel): {
  readonly manifest: ClassificationManifest;
  readonly network: Network;
} {
  if (manifest.task === 'classification') return { manifest, network };
  throw new ScanError(manifest.name, `"task" is "${manifest.task}".`, 'Choose a model for classification.');
}

/**
 * Probabilities of a scan's slices and patient. The network works on some pictures while the next are
 * prepared; pictures that show no head are not run.
 * Throws ScanError where the network gives something else than the manifest says, and what `checkpoint` throws.
 */
export async function classify(
  volume: Volume,
  { manifest, network }: { readonly manifest: ClassificationManifest; readonly network: Network },
  { checkpoint, signal }: ClassifyOptions,
): Promise<Classified> {
  const { labels } = manifest.outputs.slice;
  const classes = classesOf(labels);
  const inputs = new SliceInputs(volume, manifest.input);
  const count = inputs.view.depth;
  const pictures: Probabilities[] = Array.from({ length: count }, () => noFindings(classes));
  const prepare = (from: number): Batch => nextBatch(inputs, from, batchOf(network));
  let batch = prepare(0);
  while (batch.from < count) {
    checkpoint(batch.from, count);
    const running = batch.pictures.length > 0 ? run(network, batch, manifest, signal) : undefined;
    // The network runs on threads of its own; a failure is dealt with below, not while we prepare.
    running?.catch(() => undefined);
    const next = prepare(batch.end);
    const found = await running;
    for (const [at, n] of batch.pictures.entries()) {
      const values = found?.subarray(at * labels.length, (at + 1) * labels.length);
      if (values) pictures[n] = pictureProbabilities(values, manifest.outputs.slice);
    }
    batch = next;
  }
  checkpoint(count, count);
  return { ...inStorageOrder(volume, manifest, pictures, classes), classes };
}

/** Pictures [from, end) of the scan, and those of them that show a head. */
interface Batch {
  readonly from: number;
  readonly end: number;
  readonly pictures: readonly number[];
  readonly values: Float32Array;
  /** Pictures that the tensor holds: more than there are where the graph wants a fixed number. */
  readonly size: number;
}

/** How many pictures go together, and whether it must be so many. */
function batchOf({ inputs: [input], provider }: Network): { readonly size: number; readonly fixed: boolean } {
  const stated = input?.shape[0];
  if (typeof stated === 'number' && stated > 0) return { size: stated, fixed: true };
  return { size: provider === 'cpu' ? TOGETHER.cpu : TOGETHER.other, fixed: false };
}

function nextBatch(
  inputs: SliceInputs,
  from: number,
  { size, fixed }: { readonly size: number; readonly fixed: boolean },
): Batch {
  const count = inputs.view.depth;
  const values = new Float32Array(size * inputs.length);
  const pictures: number[] = [];
  let n = from;
  for (; n < count && pictures.length < size; n++) {
    const frame = inputs.frame(n);
    if (!frame) continue;
    const start = pictures.length * inputs.length;
    inputs.fill(n, frame, values.subarray(start, start + inputs.length));
    pictures.push(n);
  }
  const held = fixed ? size : pictures.length;
  return { from, end: n, pictures, values: values.subarray(0, held * inputs.length), size: held };
}

async function run(
  network: Network,
  { values, size }: Batch,
  { name: model, input, outputs }: ClassificationManifest,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { name, labels } = outputs.slice;
  const tensor: TensorValue = { type: 'float32', dims: [size, ...inputShape(input)], data: values };
  const { [name]: found } = await network.run({ [input.name]: tensor }, [name], signal);
  const dims = found?.dims ?? [];
  // Some graphs leave sides of length 1 behind the labels.
  const fits = dims[0] === size && dims[1] === labels.length && dims.slice(2).every((length) => length === 1);
  if (found && fits) return found.data;
  throw new ScanError(
    model,
    `"outputs.slice" needs float32 of the shape [${size}, ${labels.length}] for ${size} ${size === 1 ? 'picture' : 'pictures'} and the labels ${labels.join(', ')}, but the network gives ${found?.type} of [${dims.join(', ')}].`,
    'Correct "outputs.slice.labels" in the manifest.',
  );
}

/** Brings what was found of axial pictures to the order in which the scan stores them. */
function inStorageOrder(
  volume: Volume,
  { input, outputs, threshold }: ClassificationManifest,
  pictures: readonly Probabilities[],
  classes: readonly FindingClass[],
): Omit<Classified, 'classes'> {
  const { axis, sign } = closestAxes(volume, input.orientation)[2];
  const slices = sign > 0 ? pictures : [...pictures].reverse();
  const aggregation = outputs.patient;
  return {
    axis,
    slices,
    patient: patientProbabilities(slices, aggregation, classes),
    aggregation,
    thresholds: thresholdsOf(classes, threshold),
  };
}
