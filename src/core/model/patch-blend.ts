/**
 * From the outputs of blocks to probabilities of the volume's own slices. Blocks come layer by layer
 * along the normal; a layer that no later block covers is done, goes into the slices beside it, and
 * is let go, so that memory holds one row of blocks and not the whole grid.
 */
import type { Vec3 } from '../volume';
import { storedView } from './axial';
import type { CandidateBuilder } from './candidates';
import type { PatchInput } from './manifest-input';
import type { RequiredOutput, SegmentationOutputs } from './manifest-outputs';
import { type Block, type GridScan, layersAt, type PatchGrid, slicePlaces } from './patch-grid';
import { type OutputMap, type ProbabilityMaps, probabilityMaps, widened } from './probabilities';
import { addCandidates } from './sample-maps';

/** Weights of the points of a block's output along an axis. */
export function blendWeights(length: number, blending: PatchInput['blending']): Float64Array {
  const middle = (length - 1) / 2;
  return Float64Array.from({ length }, (_, n) => {
    if (blending === 'mean') return 1;
    if (blending === 'linear') return 1 - Math.abs(n - middle) / (length / 2);
    return Math.exp(-0.5 * ((n - middle) / (length / 8)) ** 2);
  });
}

/** Sums outputs of blocks, and adds the candidates of each slice as soon as its layers are done. */
export class PatchBlend {
  readonly #volume: GridScan;
  readonly #grid: PatchGrid;
  readonly #outputs: SegmentationOutputs;
  readonly #tensors: readonly RequiredOutput[];
  readonly #builder: CandidateBuilder;
  readonly #weights: readonly [Float64Array, Float64Array, Float64Array];
  /** Sum of the blocks' weights at each point of an axis; the weights are products, and so are their sums. */
  readonly #totals: readonly [Float64Array, Float64Array, Float64Array];
  /** Sums of layers: the planes of all outputs, one after the other. */
  readonly #sums = new Map<number, Float32Array>();
  readonly #done = new Map<number, ProbabilityMaps | undefined>();
  /** Slices that wait for their layers, in the order of their highest layer. */
  readonly #waiting: { readonly k: number; readonly low: number; readonly high: number; readonly t: number }[];

  /**
   * @param blocks All blocks that will come, in the order of `blocksOf`.
   * @param wanted Storage slices whose candidates are wanted; all if undefined.
   */
  constructor(
    volume: GridScan,
    grid: PatchGrid,
    blocks: readonly Block[],
    blending: PatchInput['blending'],
    outputs: SegmentationOutputs,
    tensors: readonly RequiredOutput[],
    builder: CandidateBuilder,
    wanted?: ReadonlySet<number>,
  ) {
    this.#volume = volume;
    this.#grid = grid;
    this.#outputs = outputs;
    this.#tensors = tensors;
    this.#builder = builder;
    const weights = grid.tile.map((length) => blendWeights(length, blending));
    this.#weights = weights as unknown as [Float64Array, Float64Array, Float64Array];
    const totals = ([0, 1, 2] as const).map((axis) => {
      const sums = new Float64Array(grid.size[axis]);
      for (const start of new Set(blocks.map((block) => block[axis]))) {
        this.#weights[axis].forEach((weight, n) => {
          if (start + n >= 0 && start + n < sums.length) sums[start + n] = (sums[start + n] as number) + weight;
        });
      }
      return sums;
    });
    this.#totals = totals as unknown as [Float64Array, Float64Array, Float64Array];
    this.#waiting = volume.slices
      .flatMap(({ location }, k) => {
        const layers = wanted === undefined || wanted.has(k) ? layersAt(grid, location) : undefined;
        return layers ? [{ k, ...layers }] : [];
      })
      .sort((a, b) => a.high - b.high);
  }

  /**
   * Adds a block's outputs.
   * @param tensors In the order of the required outputs: [planes, depth, height, width] of the block without its context.
   * @param next The block that comes next, undefined after the last.
   */
  add(block: Block, tensors: readonly Float32Array[], next: Block | undefined): void {
    const { size } = this.#grid;
    const points = size[0] * size[1];
    const planes = this.#tensors.reduce((sum, tensor) => sum + tensor.planes, 0);
    const [z, zEnd] = [Math.max(0, block[2]), Math.min(size[2], block[2] + this.#grid.tile[2])];
    for (let m = z; m < zEnd; m++) {
      let sums = this.#sums.get(m);
      if (!sums) {
        sums = new Float32Array(planes * points);
        this.#sums.set(m, sums);
      }
      let plane = 0;
      this.#tensors.forEach((tensor, n) => {
        for (let p = 0; p < tensor.planes; p++, plane++) {
          this.#addPlane(block, m, tensors[n] ?? new Float32Array(0), p, sums as Float32Array, plane * points);
        }
      });
    }
    if (next === undefined || next[2] > block[2]) this.#finish(next === undefined ? size[2] : Math.max(0, next[2]));
  }

  /** Adds layer m of plane p of a block's output to `sums`, from `base` on. */
  #addPlane(block: Block, m: number, values: Float32Array, p: number, sums: Float32Array, base: number): void {
    const { size, tile } = this.#grid;
    const { start, strides } = this.#strides();
    const [xs, ys, zs] = this.#weights;
    const zWeight = zs[m - block[2]] as number;
    const plane = p * tile[0] * tile[1] * tile[2] + start + (m - block[2]) * strides[2];
    for (let y = Math.max(0, -block[1]); y < tile[1] && block[1] + y < size[1]; y++) {
      const weight = zWeight * (ys[y] as number);
      const row = base + (block[1] + y) * size[0] + block[0];
      let from = plane + y * strides[1];
      const first = Math.max(0, -block[0]);
      from += first * strides[0];
      for (let x = first; x < tile[0] && block[0] + x < size[0]; x++, from += strides[0]) {
        sums[row + x] = (sums[row + x] as number) + weight * (xs[x] as number) * (values[from] as number);
      }
    }
  }

  /** Where point (0, 0, 0) of a block, in the grid's axes, is in one plane of its output, and the steps along these axes. */
  #strides(): { readonly start: number; readonly strides: Vec3 } {
    const { tile, turned } = this.#grid;
    const strides: [number, number, number] = [0, 0, 0];
    let [start, stride] = [0, 1];
    for (const { axis, sign } of [...turned].reverse()) {
      strides[axis] = sign * stride;
      if (sign < 0) start += (tile[axis] - 1) * stride;
      stride *= tile[axis];
    }
    return { start, strides };
  }

  /** Ends the layers below `until`: no later block covers them. */
  #finish(until: number): void {
    for (let slice = this.#waiting[0]; slice && slice.high < until; slice = this.#waiting[0]) {
      this.#waiting.shift();
      this.#addSlice(slice.k, this.#mapsOf(slice.low), this.#mapsOf(slice.high), slice.t);
    }
    const keep = Math.min(until, ...this.#waiting.map(({ low }) => low));
    for (const kept of [this.#sums, this.#done]) for (const m of [...kept.keys()]) if (m < keep) kept.delete(m);
  }

  /** Probabilities of a layer; undefined where no block covers it. */
  #mapsOf(m: number): ProbabilityMaps | undefined {
    if (this.#done.has(m)) return this.#done.get(m);
    const sums = this.#sums.get(m);
    const [width, height] = [this.#grid.size[0], this.#grid.size[1]];
    const points = width * height;
    let maps: ProbabilityMaps | undefined;
    if (sums) {
      this.#normalize(sums, m);
      let plane = 0;
      const tensors = this.#tensors.map(({ planes }): OutputMap => {
        const values = sums.subarray(plane * points, (plane + planes) * points);
        plane += planes;
        return { values, width, height };
      });
      maps = probabilityMaps(this.#outputs, tensors, true);
    }
    this.#done.set(m, maps);
    this.#sums.delete(m);
    return maps;
  }

  /** Weighted sums to weighted means. */
  #normalize(sums: Float32Array, m: number): void {
    const [xs, ys, zs] = this.#totals;
    const [width, height] = [this.#grid.size[0], this.#grid.size[1]];
    for (let row = 0; row * width < sums.length; row++) {
      const weight = (zs[m] as number) * (ys[row % height] as number);
      for (let x = 0, at = row * width; x < width; x++, at++) {
        sums[at] = (sums[at] as number) / (weight * (xs[x] as number));
      }
    }
  }

  #addSlice(k: number, low: ProbabilityMaps | undefined, high: ProbabilityMaps | undefined, t: number): void {
    const maps = between(low, high, t);
    if (!maps) return;
    const { start, spacing, size } = this.#grid;
    const volume = this.#volume;
    const places = slicePlaces(volume);
    const [across, down] = [spacing[0] / volume.spacing[0], spacing[1] / volume.spacing[1]];
    const frame = {
      x: (start[0] - (places.rows[k] ?? 0)) / volume.spacing[0] + 0.5 - across / 2,
      y: (start[1] - (places.columns[k] ?? 0)) / volume.spacing[1] + 0.5 - down / 2,
      width: size[0] * across,
      height: size[1] * down,
    };
    addCandidates(this.#builder, volume.size, storedView(volume), k, frame, maps);
  }
}

/** What lies between two layers, `t` of the way; undefined where nothing reaches the candidates' floor. */
function between(
  low: ProbabilityMaps | undefined,
  high: ProbabilityMaps | undefined,
  t: number,
): ProbabilityMaps | undefined {
  if (!low || !high) return undefined;
  const box = {
    x0: Math.min(low.box.x0, high.box.x0),
    x1: Math.max(low.box.x1, high.box.x1),
    y0: Math.min(low.box.y0, high.box.y0),
    y1: Math.max(low.box.y1, high.box.y1),
  };
  if (box.x1 < box.x0) return undefined;
  if (t === 0 || low === high) return low;
  const mix = (of: (maps: ProbabilityMaps) => OutputMap, planes: number): OutputMap => {
    const { width, height, values: a } = of(low);
    const { values: b } = of(high);
    const values = new Float32Array(a.length);
    const { x0, x1, y0, y1 } = widened(box, of(low));
    for (let p = 0; p < planes; p++) {
      for (let y = y0; y <= y1; y++) {
        for (let x = x0, at = (p * height + y) * width + x0; x <= x1; x++, at++) {
          values[at] = (1 - t) * (a[at] as number) + t * (b[at] as number);
        }
      }
    }
    return { values, width, height };
  };
  const { labels } = low.subtype;
  const subtype = labels.length === 1 ? low.subtype : { ...mix(({ subtype: one }) => one, labels.length), labels };
  return { ...low, blood: mix(({ blood }) => blood, 1), box, subtype };
}
