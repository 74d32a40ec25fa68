/** Runs a segmentation model over a scan, input by input. */

import { volumeGrid } from '../core/measure/grid';
import { CandidateBuilder, type CandidateMask, type Candidates, maskAt } from '../core/model/candidates';
import { inputShape, requiredOutputs, type SegmentationManifest } from '../core/model/manifest';
import { PatchBlend } from '../core/model/patch-blend';
import { type OutputMap, probabilityMaps } from '../core/model/probabilities';
import { addCandidates } from '../core/model/sample-maps';
import { ScanError, type Vec3, type Volume } from '../core/volume';
import { type Feed, type PreparedInput, volumeFeed } from './feed';
import type { LoadedModel } from './model';
import type { TensorValue } from './session/network';

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
  try {
    options.checkpoint?.(0, total);
    for (let done = 0; done < total; ) {
      const input = await feed.next();
      if (!input) break;
      if (input.values) {
        collect(input, await run(model, manifest, input.values, options.signal));
        feed.recycle(input.values);
      }
      options.signal?.throwIfAborted();
      options.checkpoint?.(++done, total);
    }
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

/** The required outputs of the network for one input, in order. */
async function run(
  { network }: LoadedModel,
  manifest: SegmentationManifest,
  data: Float32Array,
  signal: AbortSignal | undefined,
): Promise<readonly TensorValue[]> {
  const { input } = manifest;
  const names = requiredOutputs(manifest).map(({ name }) => name);
  const tensor: TensorValue = { type: 'float32', data, dims: [1, ...inputShape(input)] };
  const results = await network.run({ [input.name]: tensor }, names, signal);
  return requiredOutputs(manifest).map(({ field, name }) => {
    const result = results[name] ?? { type: 'float32', dims: [], data: new Float32Array(0) };
    if (allFinite(result.data)) return result;
    throw new ScanError(
      manifest.name,
      `"${field}" gives values that are no numbers.`,
      'Choose another execution provider, or another model.',
    );
  });
}

/** Whether all values are finite: the others, times 0, are no numbers, and neither is any sum with them. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += (values[n] as number) * 0;
  return sum === 0;
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
