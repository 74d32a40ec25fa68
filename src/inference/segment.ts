/** Runs a segmentation model over a scan, picture by picture. */
import { encodeRuns, type SliceRuns } from '../core/annotation/runs';
import { SUBTYPES } from '../core/annotation/subtype';
import { type AxialView, axialSlice, axialView, voxelVolume } from '../core/model/axial';
import { type Frame, frameOf } from '../core/model/frame';
import type { ModelManifest } from '../core/model/manifest';
import { activate, LesionBuilder, type OutputMap, type PictureMaps } from '../core/model/postprocess';
import { fillInput, inputLength } from '../core/model/preprocess';
import { ScanError, type Volume } from '../core/volume';
import type { LoadedModel } from './model';
import type { TensorValue } from './session/network';

export interface SegmentOptions {
  readonly threshold: number;
  /** Called between pictures; throws to end the run. */
  readonly checkpoint: (done: number, total: number) => void;
}

export interface Mask {
  /** Slices of the volume with blood, ascending. */
  readonly slices: readonly SliceRuns[];
  /** mL by label, index 0 is EPH. */
  readonly volumes: readonly number[];
}

/** Mask of a scan. The network works on one picture while the next is prepared. */
export async function segment(volume: Volume, model: LoadedModel, options: SegmentOptions): Promise<Mask> {
  const { manifest } = model;
  const view = axialView(volume);
  const pictures = new Pictures(volume, view);
  const builder = new LesionBuilder(view.width, view.height, manifest.outputs.subtype.labels, options.threshold);
  const pixelVolume = pixelVolumes(volume, view);
  let prepared = prepare(pictures, 0, view, manifest);
  for (let n = 0; n < view.depth; n++) {
    options.checkpoint(n, view.depth);
    const current = prepared;
    const running = current && run(model, current.input);
    // The network runs on threads of its own; a failure is dealt with below, not while we prepare.
    running?.catch(() => undefined);
    prepared = n + 1 < view.depth ? prepare(pictures, n + 1, view, manifest) : undefined;
    if (!current || !running) {
      builder.addEmpty();
      continue;
    }
    const maps = await running;
    activate(maps, manifest.outputs);
    builder.add(maps, current.frame, (column, row) => pixelVolume(column, row, n));
  }
  options.checkpoint(view.depth, view.depth);
  return storedMask(volume, view, builder.finish(manifest.postprocessing.minimumVolume));
}

/** The pictures that are in use, so that neighbours are not read again. */
class Pictures {
  readonly #kept = new Map<number, Float32Array>();

  constructor(
    readonly volume: Volume,
    readonly view: AxialView,
  ) {}

  /** HU of picture n; beyond the ends, of the last one. `reach`: how far from n pictures are still wanted. */
  at(n: number, reach: number, centre: number): Float32Array {
    const index = Math.min(this.view.depth - 1, Math.max(0, n));
    for (const key of this.#kept.keys()) if (Math.abs(key - centre) > reach) this.#kept.delete(key);
    const picture = this.#kept.get(index) ?? axialSlice(this.volume, this.view, index);
    this.#kept.set(index, picture);
    return picture;
  }
}

interface Prepared {
  readonly frame: Frame;
  readonly input: TensorValue;
}

/** The network's input for picture n; undefined where it shows no head. */
function prepare(pictures: Pictures, n: number, view: AxialView, { input }: ModelManifest): Prepared | undefined {
  const { width, height } = view;
  const reach = Math.max(...input.channels.map(({ slice }) => Math.abs(slice)));
  const frame = frameOf(pictures.at(n, reach, n), width, height, view.spacing, input.framing);
  if (!frame) return undefined;
  const values = new Float32Array(inputLength(input));
  fillInput(input, (offset) => pictures.at(n + offset, reach, n), width, height, frame, values);
  return {
    frame,
    input: { type: 'float32', data: values, dims: [1, input.channels.length, input.height, input.width] },
  };
}

async function run({ network, manifest }: LoadedModel, input: TensorValue): Promise<PictureMaps> {
  const { blood, subtype } = manifest.outputs;
  const results = await network.run({ [manifest.input.name]: input }, [blood.name, subtype.name]);
  return {
    blood: mapOf(results, 'blood', blood.name, 1, manifest),
    subtype: mapOf(results, 'subtype', subtype.name, subtype.labels.length, manifest),
  };
}

function mapOf(
  results: Readonly<Record<string, TensorValue>>,
  field: string,
  name: string,
  planes: number,
  manifest: ModelManifest,
): OutputMap {
  const tensor = results[name];
  const [pictures, channels, height = 0, width = 0] = tensor?.dims ?? [];
  const values = tensor?.data;
  if (pictures === 1 && channels === planes && width > 1 && height > 1 && values) {
    return { values, width, height };
  }
  throw new ScanError(
    manifest.name,
    `"outputs.${field}" needs float32 of the shape [1, ${planes}, height, width], but the network gives ${tensor?.type} of [${tensor?.dims.join(', ')}].`,
    'Correct the manifest.',
  );
}

/** mL of pixel (column, row) of picture n, by the extent of the slice that it is stored in. */
function pixelVolumes(volume: Volume, view: AxialView): (column: number, row: number, n: number) => number {
  const plane = volume.size[0] * volume.size[1];
  const bySlice = volume.slices.map((_, k) => voxelVolume(volume, k));
  return (column, row, n) => {
    const at = view.offset + column * view.steps[0] + row * view.steps[1] + n * view.steps[2];
    return bySlice[Math.floor(at / plane)] ?? 0;
  };
}

/** Brings the masks of the pictures to the volume's own slices. */
function storedMask(volume: Volume, view: AxialView, maskOf: (n: number) => Uint8Array | undefined): Mask {
  const [width, height, depth] = volume.size;
  const plane = width * height;
  const labels = new Map<number, Uint8Array>();
  const volumes = SUBTYPES.map(() => 0);
  for (let n = 0; n < view.depth; n++) {
    const mask = maskOf(n);
    mask?.forEach((label, pixel) => {
      if (label === 0) return;
      const column = pixel % view.width;
      const row = (pixel - column) / view.width;
      const at = view.offset + column * view.steps[0] + row * view.steps[1] + n * view.steps[2];
      const k = Math.floor(at / plane);
      const slice = labels.get(k) ?? new Uint8Array(plane);
      labels.set(k, slice);
      slice[at - k * plane] = label;
      volumes[label - 1] = (volumes[label - 1] ?? 0) + voxelVolume(volume, k);
    });
  }
  const slices = Array.from({ length: depth }, (_, k) => k).flatMap((k) => {
    const slice = labels.get(k);
    return slice ? [{ slice: k, runs: encodeRuns(slice, width, height) }] : [];
  });
  return { slices, volumes };
}
