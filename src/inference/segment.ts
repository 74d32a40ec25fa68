/** Runs a segmentation model over a scan, input by input. */
import { inputLength, inputShape, requiredOutputs, type SegmentationManifest } from '../core/model/manifest';
import { ScanError, type Volume } from '../core/volume';
import { batchOf } from './batch';
import { type Collector, checkOutput, MaskCollector, type Segmentation } from './collector';
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

/** Mask of a volume that is in memory. Throws ScanError where the model does not fit. */
export function segment(volume: Volume, model: LoadedModel, options: SegmentOptions): Promise<Segmentation> {
  return segmentFeed(volumeFeed(volume, segmentationOf(model).input, wantedOf(options)), model, options);
}

/** Mask of a scan whose inputs are made elsewhere, for the same `options.slices`. */
export async function segmentFeed(feed: Feed, model: LoadedModel, options: SegmentOptions): Promise<Segmentation> {
  const manifest = segmentationOf(model);
  const { shape } = feed;
  const collector = feed.collector ?? new MaskCollector(shape, feed.plan, manifest, wantedOf(options));
  const total = feed.plan.kind === 'slices' ? feed.plan.pictures.length : feed.plan.blocks.length;
  const batch = new Batch(model, manifest, collector, options.signal);
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
    return await collector.finish(options.threshold);
  } catch (error) {
    feed.close();
    throw error;
  }
}

const wantedOf = ({ slices }: SegmentOptions): ReadonlySet<number> | undefined => slices && new Set(slices);

/** The manifest, if it is one of segmentation. */
export function segmentationOf({ manifest }: Pick<LoadedModel, 'manifest'>): SegmentationManifest {
  if (manifest.task === 'segmentation') return manifest;
  throw new ScanError(manifest.name, 'this model classifies slices.', 'Choose a model of segmentation.');
}

/** Inputs that go through the network together. */
class Batch {
  readonly #network: Network;
  readonly #manifest: SegmentationManifest;
  readonly #collector: Collector;
  readonly #signal: AbortSignal | undefined;
  readonly #size: number;
  readonly #fixed: boolean;
  readonly #length: number;
  #values: Float32Array;
  #inputs: PreparedInput[] = [];

  constructor(
    { network }: LoadedModel,
    manifest: SegmentationManifest,
    collector: Collector,
    signal: AbortSignal | undefined,
  ) {
    const { size, fixed } = batchOf(network);
    this.#network = network;
    this.#manifest = manifest;
    this.#collector = collector;
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
      this.#collector.add(
        one,
        outputs.map((output) => part(output, n)),
      );
    });
  }

  #checked(result: TensorValue | undefined, t: number, held: number): TensorValue {
    const output = checkOutput(result, t, held, this.#manifest);
    if (allFinite(output.data)) return output;
    const { field = 'outputs' } = requiredOutputs(this.#manifest)[t] ?? {};
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
