/** What becomes of a segmentation network's outputs: candidates as they come in, and a mask of them at the end. */
import { volumeGrid } from '../core/measure/grid';
import { CandidateBuilder, type CandidateMask, type Candidates, maskAt } from '../core/model/candidates';
import { inputShape, requiredOutputs, type SegmentationManifest } from '../core/model/manifest';
import { PatchBlend } from '../core/model/patch-blend';
import { probabilityMaps } from '../core/model/probabilities';
import { addCandidates } from '../core/model/sample-maps';
import { ScanError, type Vec3 } from '../core/volume';
import type { FeedPlan, PreparedInput, ScanShape } from './feed';
import type { TensorValue } from './session/network';

/** The mask, and the candidates that it is made of. */
export interface Segmentation extends CandidateMask {
  readonly candidates: Candidates;
}

/** Takes the outputs for inputs in the order of the plan. */
export interface Collector {
  /** @param outputs Of this input, in the order of the required outputs, of the shapes that `checkOutput` lets pass. */
  add(input: Pick<PreparedInput, 'n' | 'frame'>, outputs: readonly TensorValue[]): void;
  /** Ends the collection. */
  finish(threshold: number): Promise<Segmentation>;
}

/** Collects on this thread. */
export class MaskCollector implements Collector {
  readonly #shape: ScanShape;
  readonly #plan: FeedPlan;
  readonly #manifest: SegmentationManifest;
  readonly #builder: CandidateBuilder;
  readonly #blend: PatchBlend | undefined;
  readonly #wanted: ReadonlySet<number> | undefined;

  /** @param wanted Storage slices whose candidates are wanted; all if undefined. */
  constructor(shape: ScanShape, plan: FeedPlan, manifest: SegmentationManifest, wanted?: ReadonlySet<number>) {
    this.#shape = shape;
    this.#plan = plan;
    this.#manifest = manifest;
    this.#wanted = wanted;
    this.#builder = new CandidateBuilder(shape.size);
    const { input, outputs } = manifest;
    if (plan.kind === 'patches' && input.layout === 'NCDHW') {
      const required = requiredOutputs(manifest);
      const { grid, blocks } = plan;
      this.#blend = new PatchBlend(shape, grid, blocks, input.blending, outputs, required, this.#builder, wanted);
    }
  }

  add({ n, frame }: Pick<PreparedInput, 'n' | 'frame'>, outputs: readonly TensorValue[]): void {
    const plan = this.#plan;
    if (plan.kind === 'patches') {
      const block = plan.blocks[n];
      const values = outputs.map(({ data }) => data);
      if (block) this.#blend?.add(block, values, plan.blocks[n + 1]);
      return;
    }
    const tensors = outputs.map(({ dims, data }) => ({ values: data, height: dims[2] ?? 0, width: dims[3] ?? 0 }));
    const maps = probabilityMaps(this.#manifest.outputs, tensors);
    if (maps && frame) addCandidates(this.#builder, this.#shape.size, plan.view, n, frame, maps, this.#wanted);
  }

  async finish(threshold: number): Promise<Segmentation> {
    const candidates = this.#builder.finish();
    const { minimumVolume } = this.#manifest.postprocessing;
    return { ...maskAt(candidates, volumeGrid(this.#shape), threshold, minimumVolume), candidates };
  }
}

/** Points of a picture's map: 8192 x 8192. */
const MOST_POINTS = 2 ** 26;

/**
 * Holds the shape of an output against the manifest: maps of pictures may have any size up to
 * `MOST_POINTS`, those of blocks that of the block without its context. Throws ScanError.
 * @param t Which of the required outputs.
 * @param held Inputs in the run.
 */
export function checkOutput(
  result: TensorValue | undefined,
  t: number,
  held: number,
  manifest: SegmentationManifest,
): TensorValue {
  const { field = 'outputs', planes = 0 } = requiredOutputs(manifest)[t] ?? {};
  const { input } = manifest;
  const context: Vec3 = input.layout === 'NCDHW' ? input.context : [0, 0, 0];
  const [, ...lengths] = inputShape(input);
  const block = lengths.map((length, axis) => length - 2 * (context[axis] ?? 0));
  const { dims = [], data } = result ?? {};
  const [pictures, channels, ...sides] = dims;
  const points = sides.reduce((product, length) => product * length, 1);
  const isOf =
    input.layout === 'NCDHW'
      ? sides.length === 3 && sides.every((length, axis) => length === block[axis])
      : sides.length === 2 && points > 0 && points <= MOST_POINTS;
  if (result && pictures === held && channels === planes && isOf && data?.length === held * planes * points) {
    return result;
  }
  const wanted = input.layout === 'NCDHW' ? block.join(', ') : 'height, width';
  throw new ScanError(
    manifest.name,
    `"${field}" needs float32 of the shape [${held}, ${planes}, ${wanted}], but the network gives [${dims.join(', ')}].`,
    'Correct the manifest.',
  );
}
