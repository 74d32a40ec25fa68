/** Runs a segmentation model over a scan, input by input. */

import { volumeGrid } from '../core/measure/grid';
import { CandidateBuilder, type CandidateMask, type Candidates, maskAt } from '../core/model/candidates';
import { inputLength, inputShape, requiredOutputs, type SegmentationManifest } from '../core/model/manifest';
import { PatchBlend } from '../core/model/patch-blend';
import { type OutputMap, probabilityMaps } from '../core/model/probabilities';
import { addCandidates } from '../core/model/sample-maps';
import { ScanError, type Vec3, type Volume } from '../core/volume';
import { batchOf } from './batch';
import { type Feed, type PreparedInput, volumeFeed } from './feed';
import type { LoadedModel } from './model';
import type { Network, TensorValue } from './session/network';

export interface SegmentOptions {
  readonly threshold: number;
  /** Storage slices to look at; all if undefined. */
  readonly slices?: readonly number[];
  readonly signal?: AbortSignal;
  /** Called between inputs; throws to end the run. */
  readonly checkpoint?: (done: number, total: number) => void;
}

/** The mask, and the candidates that it is made of. */
export interface Segmentation extends CandidateMask {
  readonly candidates: Candidates;
}

/** Mask of a volume that is in memory. Throws ScanError where the model does not fit. */
export function segment(volume: Volume, model: LoadedModel, options: SegmentOptions): Promise<Segmentation> {
  return segmentFeed(volumeFeed(volume, segmentationOf(model).input, wantedOf(options)), model, options);
}

/** Mask of a scan whose inputs are made elsewhere, for the same `options.slices`. */
export async function segmentFeed(feed: Feed, model: LoadedModel, options: SegmentOptions): Promise<Segmentation> {
  const manifest = segmentationOf(model);
  const { shape } = feed;
  const builder = new CandidateBuilder(shape.size);
  const collect = collector(feed, manifest, builder, wantedOf(options));
  const total = feed.plan.kind === 'slices' ? feed.plan.pictures.length : feed.plan.blocks.length;
  const batch = new Batch(model, manifest, collect, options.signal);
  try {
    options.checkpoint?.(0, total);
    for (let done = 0; done < total; ) {
      const input = await feed.next();
      if (!input) break;
      const { values } = input;
      if (values) await batch.add({ ...input, values }, () => feed.recycle(values));
      options.signal?.throwIfAborted();
      options.checkpoint?.(++done, total);
    }
    await batch.run();
  } catch (error) {
    feed.close();
    throw error;
  }
  const candidates = builder.finish();
  const { minimumVolume } = manifest.postprocessing;
  return { ...maskAt(candidates, volumeGrid(shape), options.threshold, minimumVolume), candidates };
}

const wantedOf = ({ slices }: SegmentOptions): ReadonlySet<number> | undefined => slices && new Set(slices);

/** The manifest, if it is one of segmentation. */
export function segmentationOf({ manifest }: Pick<LoadedModel, 'manifest'>): SegmentationManifest {
  if (manifest.task === 'segmentation') return manifest;
  throw new ScanError(manifest.name, 'this model classifies slices.', 'Choose a model of segmentation.');
}

type Collect = (input: PreparedInput, outputs: readonly TensorValue[]) => void;

/** What becomes of the outputs for an input. */
function collector(
  { shape, plan }: Feed,
  manifest: SegmentationManifest,
  builder: CandidateBuilder,
  wanted: ReadonlySet<number> | undefined,
): Collect {
  const required = requiredOutputs(manifest);
  if (plan.kind === 'slices' || manifest.input.layout === 'NCHW') {
    return ({ n, frame }, outputs) => {
      if (plan.kind !== 'slices' || !frame) return;
      const maps = probabilityMaps(
        manifest.outputs,
        outputs.map((tensor, t) => mapOf(tensor, t, manifest)),
      );
      if (maps) addCandidates(builder, shape.size, plan.view, n, frame, maps, wanted);
    };
  }
  const { grid, blocks } = plan;
  const { blending } = manifest.input;
  const blend = new PatchBlend(shape, grid, blocks, blending, manifest.outputs, required, builder, wanted);
  return ({ n }, outputs) => {
    const block = blocks[n];
    if (!block) return;
    const values = outputs.map((tensor, t) => blockOf(tensor, t, manifest));
    blend.add(block, values, blocks[n + 1]);
  };
}

/** Inputs that go through the network together. */
class Batch {
  readonly #network: Network;
  readonly #manifest: SegmentationManifest;
  readonly #collect: Collect;
  readonly #signal: AbortSignal | undefined;
  readonly #size: number;
  readonly #fixed: boolean;
  readonly #length: number;
  #values: Float32Array;
  #inputs: PreparedInput[] = [];

  constructor(
    { network }: LoadedModel,
    manifest: SegmentationManifest,
    collect: Collect,
    signal: AbortSignal | undefined,
  ) {
    const { size, fixed } = batchOf(network);
    this.#network = network;
    this.#manifest = manifest;
    this.#collect = collect;
    this.#signal = signal;
    // A block is as much as many pictures.
    this.#size = fixed || manifest.input.layout === 'NCHW' ? size : 1;
    this.#fixed = fixed;
    this.#length = inputLength(manifest.input);
    this.#values = new Float32Array(this.#size > 1 ? this.#size * this.#length : 0);
  }

  /** Adds an input, and runs as many as go together. @param used Takes the memory of its values back. */
  async add(input: PreparedInput & { readonly values: Float32Array }, used: () => void): Promise<void> {
    const { values } = input;
    if (this.#size === 1) {
      this.#inputs = [input];
      this.#values = values;
      await this.run();
      used();
      return;
    }
    this.#values.set(values, this.#inputs.length * this.#length);
    this.#inputs.push(input);
    used();
    if (this.#inputs.length === this.#size) await this.run();
  }

  /** Runs those that are there. */
  async run(): Promise<void> {
    const inputs = this.#inputs;
    if (inputs.length === 0) return;
    this.#inputs = [];
    const { input } = this.#manifest;
    const required = requiredOutputs(this.#manifest);
    const held = this.#fixed ? this.#size : inputs.length;
    const data = this.#values.subarray(0, held * this.#length);
    const tensor: TensorValue = { type: 'float32', data, dims: [held, ...inputShape(input)] };
    const names = required.map(({ name }) => name);
    const results = await this.#network.run({ [input.name]: tensor }, names, this.#signal);
    const outputs = required.map(({ name }, t) => this.#checked(results[name], t, held));
    inputs.forEach((one, n) => {
      this.#collect(
        one,
        outputs.map((output) => part(output, n)),
      );
    });
  }

  #checked(result: TensorValue | undefined, t: number, held: number): TensorValue {
    const { field = 'outputs', planes = 0 } = requiredOutputs(this.#manifest)[t] ?? {};
    if (!result || result.dims[0] !== held || result.data.length % held !== 0) {
      const sides = this.#manifest.input.layout === 'NCHW' ? 'height, width' : 'depth, height, width';
      throw new ScanError(
        this.#manifest.name,
        `"${field}" needs float32 of the shape [${held}, ${planes}, ${sides}], but the network gives [${result?.dims.join(', ') ?? ''}].`,
        'Correct the manifest.',
      );
    }
    if (allFinite(result.data)) return result;
    throw new ScanError(
      this.#manifest.name,
      `"${field}" gives values that are no numbers.`,
      'Choose another execution provider, or another model.',
    );
  }
}

/** What an output says of input n. */
function part({ type, dims, data }: TensorValue, n: number): TensorValue {
  const [held = 1, ...sides] = dims;
  const length = data.length / held;
  return { type, dims: [1, ...sides], data: held === 1 ? data : data.subarray(n * length, (n + 1) * length) };
}

/** Whether all values are finite: the others, times 0, are no numbers, and neither is any sum with them. */
function allFinite(values: Float32Array): boolean {
  // Four sums at once, none of which waits for the others.
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length - (values.length % 4);
  for (let n = 0; n < fours; n += 4) {
    a += (values[n] as number) * 0;
    b += (values[n + 1] as number) * 0;
    c += (values[n + 2] as number) * 0;
    d += (values[n + 3] as number) * 0;
  }
  for (let n = fours; n < values.length; n++) a += (values[n] as number) * 0;
  return a + b + c + d === 0;
}

/** Points of a picture's map: 8192 x 8192. */
const MOST_POINTS = 2 ** 26;

/** The output of a picture: [1, planes, height, width] of any size up to `MOST_POINTS`. */
function mapOf({ dims, data }: TensorValue, t: number, manifest: SegmentationManifest): OutputMap {
  const planes = requiredOutputs(manifest)[t]?.planes ?? 0;
  const [pictures, channels, height = 0, width = 0, ...more] = dims;
  const isMap = width > 0 && height > 0 && width * height <= MOST_POINTS && more.length === 0;
  const fits = pictures === 1 && channels === planes && isMap;
  if (!fits || data.length !== planes * width * height) throw unfit(dims, t, manifest, 'height, width');
  return { values: data, width, height };
}

/** The output of a block: [1, planes, depth, height, width] of the block without its context. */
function blockOf({ dims, data }: TensorValue, t: number, manifest: SegmentationManifest): Float32Array {
  const planes = requiredOutputs(manifest)[t]?.planes ?? 0;
  const { input } = manifest;
  const context: Vec3 = input.layout === 'NCDHW' ? input.context : [0, 0, 0];
  const sides = inputShape(input).slice(1);
  const expected = [1, planes, ...sides.map((length, axis) => length - 2 * (context[axis] ?? 0))];
  const fits = dims.length === expected.length && dims.every((length, n) => length === expected[n]);
  if (!fits) throw unfit(dims, t, manifest, expected.slice(2).join(', '));
  return data;
}

function unfit(dims: readonly number[], t: number, manifest: SegmentationManifest, sides: string): ScanError {
  const { field, planes } = requiredOutputs(manifest)[t] ?? { field: 'outputs', planes: 0 };
  return new ScanError(
    manifest.name,
    `"${field}" needs float32 of the shape [1, ${planes}, ${sides}], but the network gives [${dims.join(', ')}].`,
    'Correct the manifest.',
  );
}
