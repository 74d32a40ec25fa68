/** What a network is given of a scan, one input after the other, and what they are inputs of. */

import { type AxialView, axialView } from '../core/model/axial';
import type { Frame } from '../core/model/frame';
import type { ModelInput, PatchInput, SliceInput } from '../core/model/manifest';
import { type Block, blocksOf, layersAt, type PatchGrid } from '../core/model/patch-grid';
import { PatchInputs } from '../core/model/patch-inputs';
import { SliceInputs } from '../core/model/preprocess';
import type { Volume } from '../core/volume';
import type { Collector } from './collector';

/** A scan without its voxels. */
export type ScanShape = Omit<Volume, 'voxels'>;

/** Which inputs there are. */
export type FeedPlan =
  | { readonly kind: 'slices'; readonly view: AxialView; readonly pictures: readonly number[] }
  | { readonly kind: 'patches'; readonly grid: PatchGrid; readonly blocks: readonly Block[] };

/** The input of picture n or of block n of the plan; without values where there is no head. */
export interface PreparedInput {
  readonly n: number;
  readonly frame?: Frame;
  readonly values?: Float32Array<ArrayBuffer>;
}

export interface Feed {
  readonly shape: ScanShape;
  readonly plan: FeedPlan;
  /** The next input; undefined after the last. Throws what went wrong with the scan, and the signal's reason. */
  next(): Promise<PreparedInput | undefined>;
  /** Takes an input's memory back. */
  recycle(values: Float32Array<ArrayBuffer>): void;
  /** Where outputs become a mask, if not where the network runs. */
  readonly collector?: Collector | undefined;
  /** No more is wanted; what is left is given up. */
  close(): void;
}

/** Makes the inputs of a volume that is in memory. */
export class InputMaker {
  readonly plan: FeedPlan;
  readonly #slices: SliceInputs | undefined;
  readonly #patches: PatchInputs | undefined;
  #at = 0;

  /** @param wanted Storage slices whose inputs are wanted; all if undefined. */
  constructor(volume: Volume, input: ModelInput, wanted?: ReadonlySet<number>) {
    if (input.layout === 'NCHW') {
      this.#slices = new SliceInputs(volume, input);
      this.plan = slicePlan(volume, input, wanted);
    } else {
      this.#patches = new PatchInputs(volume, input);
      this.plan = patchPlan(volume, input, this.#patches.grid, wanted);
    }
  }

  /** Number of the input that `next` makes; undefined after the last. */
  get upcoming(): number | undefined {
    return this.plan.kind === 'slices' ? this.plan.pictures[this.#at] : this.plan.blocks[this.#at] && this.#at;
  }

  /** The next input. @param memory An array of an input before, whose memory is used again. */
  next(memory?: Float32Array<ArrayBuffer>): PreparedInput | undefined {
    const n = this.upcoming;
    if (n === undefined) return undefined;
    this.#at++;
    if (this.plan.kind === 'slices') return this.#slices && slice(this.#slices, n, memory);
    const block = this.plan.blocks[n];
    if (!block || !this.#patches) return undefined;
    const values = sized(memory, this.#patches.length);
    this.#patches.fill(block, values);
    return { n, values };
  }
}

function slice(inputs: SliceInputs, n: number, memory: Float32Array<ArrayBuffer> | undefined): PreparedInput {
  const frame = inputs.frame(n);
  if (!frame) return { n };
  const values = sized(memory, inputs.length);
  inputs.fill(n, frame, values);
  return { n, frame, values };
}

function sized(memory: Float32Array<ArrayBuffer> | undefined, length: number): Float32Array<ArrayBuffer> {
  return memory?.length === length ? memory : new Float32Array(length);
}

/**
 * The pictures that hold wanted voxels, in the order in which they are stored: of axial slices just
 * those, of others all, since each cuts through every slice.
 */
export function slicePlan(shape: ScanShape, input: SliceInput, wanted?: ReadonlySet<number>): FeedPlan {
  const view = axialView(shape, input.orientation);
  const pictures = Array.from({ length: view.depth }, (_, n) => n);
  const slices = pictures.map((n) => storedSlice(shape, view, n));
  if (view.steps[2] < 0) pictures.reverse();
  const isWanted = (n: number): boolean => wanted === undefined || slices[n] === undefined || wanted.has(slices[n]);
  return { kind: 'slices', view, pictures: pictures.filter(isWanted) };
}

/** The storage slice that picture n is; undefined where pictures cut through all slices. */
export function storedSlice({ size }: Pick<ScanShape, 'size'>, view: AxialView, n: number): number | undefined {
  const plane = size[0] * size[1];
  return Math.abs(view.steps[2]) === plane ? Math.floor((view.offset + n * view.steps[2]) / plane) : undefined;
}

function patchPlan(
  shape: ScanShape,
  input: PatchInput,
  grid: PatchGrid | undefined,
  wanted: ReadonlySet<number> | undefined,
): FeedPlan {
  // Without a head there is nothing to run.
  if (!grid) return slicePlan(shape, { ...input, layout: 'NCHW' }, new Set());
  if (!wanted) return { kind: 'patches', grid, blocks: blocksOf(grid) };
  const layers = [...wanted].flatMap((k) => {
    const place = layersAt(grid, shape.slices[k]?.location ?? Number.NaN);
    return place ? [place.low, place.high] : [];
  });
  return { kind: 'patches', grid, blocks: blocksOf(grid, layers) };
}

/** The inputs of a volume that is in memory, made when they are asked for. */
export function volumeFeed(volume: Volume, input: ModelInput, wanted?: ReadonlySet<number>): Feed {
  const maker = new InputMaker(volume, input, wanted);
  let memory: Float32Array<ArrayBuffer> | undefined;
  return {
    shape: volume,
    plan: maker.plan,
    next: async () => maker.next(memory),
    recycle: (values) => {
      memory = values;
    },
    close: () => {},
  };
}
