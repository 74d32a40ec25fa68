/** From a volume to the inputs of a network of patches. Memory holds the layers of one row of blocks, not the whole grid. */
import type { Vec3, Volume } from '../volume';
import { axialSlice, storedView } from './axial';
import { headBox } from './frame';
import { inputLength, type PatchInput } from './manifest-input';
import {
  type Block,
  type Extent,
  endExtents,
  type PatchGrid,
  patchGrid,
  slicePlaces,
  volumeExtent,
} from './patch-grid';
import { layWindow } from './preprocess';
import { Resampler, type Window } from './resample';

/** What blocks are cut from: layers of the grid, [windows, rows, columns]. */
export class PatchInputs {
  /** Undefined where framing of the head finds none. */
  readonly grid: PatchGrid | undefined;
  /** Values of one block's input. */
  readonly length: number;
  readonly #volume: Volume;
  readonly #input: PatchInput;
  /** The different windows of the channels, and which of them each channel shows. */
  readonly #windows: readonly Window[];
  readonly #windowOf: readonly number[];
  readonly #slices = new Map<number, readonly Float32Array[]>();
  readonly #layers = new Map<number, Float32Array>();
  readonly #resampler = new Resampler();
  readonly #places: ReturnType<typeof slicePlaces>;

  constructor(volume: Volume, input: PatchInput) {
    this.#volume = volume;
    this.#input = input;
    const keys = input.channels.map(({ window }) => `${window.center} ${window.width}`);
    const distinct = [...new Set(keys)];
    this.#windowOf = keys.map((key) => distinct.indexOf(key));
    this.#windows = distinct.map((key) => input.channels[keys.indexOf(key)]?.window ?? { center: 0, width: 1 });
    this.#places = slicePlaces(volume);
    this.length = inputLength(input);
    const extent = input.framing.kind === 'whole' ? volumeExtent(volume) : this.#headExtent(input.framing);
    this.grid = extent && patchGrid(volume, input, extent);
  }

  /** Fills a block's input, `length` values: [channels, depth, height, width]. Blocks must come in the order of `blocksOf`. */
  fill(block: Block, out: Float32Array): void {
    const { grid } = this;
    if (!grid) return;
    const { channels, depth, height, width, outside, border } = this.#input;
    const area = grid.size[0] * grid.size[1];
    const from: Vec3 = [block[0] - grid.context[0], block[1] - grid.context[1], block[2] - grid.context[2]];
    const [d, r, c] = [depth, height, width].map((length, n) => offsets(grid, n, length, from, border));
    if (!d || !r || !c) return;
    for (const layer of this.#layers.keys()) if (layer < from[2]) this.#layers.delete(layer);
    // In order, so that each slice of the volume is made once.
    const end = Math.min(grid.size[2], from[2] + grid.tile[2] + 2 * grid.context[2]);
    for (let m = Math.max(0, from[2]); m < end; m++) this.#layer(grid, m);
    const none = new Float32Array(0);
    const layers = Array.from({ length: grid.size[2] }, (_, m) => this.#layers.get(m) ?? none);
    channels.forEach(({ window, mean, deviation }, channel) => {
      const base = (this.#windowOf[channel] ?? 0) * area;
      const empty = (windowed(outside, window) - mean) / deviation;
      let at = channel * depth * height * width;
      for (let z = 0; z < depth; z++) {
        for (let y = 0; y < height; y++) {
          const isIn = (d.inside[z] as number) & (r.inside[y] as number);
          const layer = (d.layer[z] as number) + (r.layer[y] as number);
          const offset = base + (d.offset[z] as number) + (r.offset[y] as number);
          for (let x = 0; x < width; x++, at++) {
            if ((isIn & (c.inside[x] as number)) === 0) out[at] = empty;
            else {
              const values = layers[layer + (c.layer[x] as number)] as Float32Array;
              out[at] = ((values[offset + (c.offset[x] as number)] as number) - mean) / deviation;
            }
          }
        }
      }
    });
  }

  /** Windowed values of layer m of the grid, one plane per window. */
  #layer(grid: PatchGrid, m: number): Float32Array {
    const known = this.#layers.get(m);
    if (known) return known;
    const [columns, rows] = grid.size;
    const out = new Float32Array(this.#windows.length * columns * rows);
    this.#layers.set(m, out);
    const { spacing, size } = this.#volume;
    const { at, weights } = this.#weightsOf(grid, m);
    for (const k of this.#slices.keys()) if (k < (weights[0]?.[0] ?? 0)) this.#slices.delete(k);
    const [across, down] = [grid.spacing[0] / spacing[0], grid.spacing[1] / spacing[1]];
    const frame = {
      x: (grid.start[0] - at[0]) / spacing[0] + 0.5 - across / 2,
      y: (grid.start[1] - at[1]) / spacing[1] + 0.5 - down / 2,
      width: columns * across,
      height: rows * down,
    };
    const before = this.#input.windowing === 'before-resampling';
    this.#windows.forEach((window, w) => {
      const target = out.subarray(w * columns * rows, (w + 1) * columns * rows);
      const outside = before ? windowed(this.#input.outside, window) : this.#input.outside;
      if (weights.length === 0) target.fill(outside);
      else {
        const to = { width: columns, height: rows, wide: this.#wide, window: undefined, outside };
        this.#resampler.run(this.#mixed(weights, w), size[0], size[1], frame, to, target);
      }
      if (!before) layWindow(target, window);
    });
    return out;
  }

  get #wide(): boolean {
    return this.#input.resampling === 'linear-antialiased';
  }

  /** Where the lattice of the slices lies at a layer (mm along rows and columns), and the slices that make it with their weights, ascending. */
  #weightsOf(
    grid: PatchGrid,
    m: number,
  ): { readonly at: readonly [number, number]; readonly weights: readonly (readonly [number, number])[] } {
    const { rows, columns, locations } = this.#places;
    const last = locations.length - 1;
    const location = grid.start[2] + m * grid.spacing[2];
    let below = 0;
    while (below < last - 1 && (locations[below + 1] ?? 0) <= location) below++;
    const gap = (locations[below + 1] ?? Number.NaN) - (locations[below] ?? 0);
    const t = last > 0 ? (location - (locations[below] ?? 0)) / gap : 0;
    const between = (places: readonly number[]): number =>
      (places[below] ?? 0) + (last > 0 ? t * ((places[below + 1] ?? 0) - (places[below] ?? 0)) : 0);
    const at = [between(rows), between(columns)] as const;
    const [lowerEnd, upperEnd] = endExtents(this.#volume);
    const beyond = 1e-6 * this.#volume.spacing[2];
    if (location < (locations[0] ?? 0) - lowerEnd - beyond || location > (locations[last] ?? 0) + upperEnd + beyond) {
      return { at, weights: [] };
    }
    const centre = last > 0 ? below + t : 0;
    const half = this.#wide ? Math.max(1, grid.spacing[2] / this.#volume.spacing[2]) : 1;
    const sums = new Map<number, number>();
    let total = 0;
    for (let k = Math.ceil(centre - half); k <= centre + half; k++) {
      const weight = 1 - Math.abs(k - centre) / half;
      if (weight <= 0) continue;
      // The first and the last slice go on beyond the ends.
      const slice = Math.min(last, Math.max(0, k));
      sums.set(slice, (sums.get(slice) ?? 0) + weight);
      total += weight;
    }
    return { at, weights: [...sums].map(([k, weight]) => [k, weight / total] as const) };
  }

  /** Weighted mean of slices under window w. */
  #mixed(weights: readonly (readonly [number, number])[], w: number): Float32Array {
    const pictures = weights.map(([k]) => this.#slice(k)[w] ?? new Float32Array(0));
    const [first] = pictures;
    if (first && pictures.length === 1) return first;
    const out = new Float32Array(first?.length ?? 0);
    pictures.forEach((picture, p) => {
      const weight = weights[p]?.[1] ?? 0;
      for (let n = 0; n < out.length; n++) out[n] = (out[n] as number) + weight * (picture[n] as number);
    });
    return out;
  }

  /** Slice k of the volume, once per window where windows come first, otherwise in HU. */
  #slice(k: number): readonly Float32Array[] {
    const known = this.#slices.get(k);
    if (known) return known;
    const picture = axialSlice(this.#volume, storedView(this.#volume), k, this.#input.outside);
    const before = this.#input.windowing === 'before-resampling';
    const made = this.#windows.map((window) => {
      if (!before) return picture;
      const copy = picture.slice();
      layWindow(copy, window);
      return copy;
    });
    this.#slices.set(k, made);
    return made;
  }

  /** What the heads of all slices cover, with the margin, as far as the scan goes. */
  #headExtent(framing: Exclude<PatchInput['framing'], { readonly kind: 'whole' }>): Extent | undefined {
    const volume = this.#volume;
    const { size, spacing } = volume;
    const { rows, columns, locations } = this.#places;
    const ends = endExtents(volume);
    const picture = new Float32Array(size[0] * size[1]);
    const range = (): [number, number] => [Infinity, -Infinity];
    const found = [range(), range(), range()] as const;
    const reach = (axis: 0 | 1 | 2, from: number, to: number): void => {
      found[axis][0] = Math.min(found[axis][0], from);
      found[axis][1] = Math.max(found[axis][1], to);
    };
    for (let k = 0; k < size[2]; k++) {
      axialSlice(volume, storedView(volume), k, this.#input.outside, picture);
      const box = headBox(picture, size[0], size[1], [spacing[0], spacing[1]], framing);
      if (!box) continue;
      const [row, column, location] = [rows[k] ?? 0, columns[k] ?? 0, locations[k] ?? 0];
      reach(0, row + (box.x0 - 0.5) * spacing[0], row + (box.x1 - 0.5) * spacing[0]);
      reach(1, column + (box.y0 - 0.5) * spacing[1], column + (box.y1 - 0.5) * spacing[1]);
      const below = k > 0 ? (location - (locations[k - 1] ?? 0)) / 2 : ends[0];
      const above = k + 1 < size[2] ? ((locations[k + 1] ?? 0) - location) / 2 : ends[1];
      reach(2, location - below, location + above);
    }
    if (found[0][0] > found[0][1]) return undefined;
    const margin = framing.margin * Math.max(...found.map(([from, to]) => to - from));
    const all = volumeExtent(volume);
    const widened = (axis: 0 | 1 | 2): readonly [number, number] => [
      Math.max(all[axis][0], found[axis][0] - margin),
      Math.min(all[axis][1], found[axis][1] + margin),
    ];
    return [widened(0), widened(1), widened(2)];
  }
}

function windowed(hu: number, { center, width }: Window): number {
  return Math.min(1, Math.max(0, (hu - center + width / 2) / width));
}

/** Along one axis of a block, for each of its points: whether it has the grid's values, their layer, their place in the layer's plane (each 0 along the other axes). */
function offsets(
  grid: PatchGrid,
  n: number,
  length: number,
  from: Vec3,
  border: PatchInput['border'],
): { readonly inside: Uint8Array; readonly layer: Int32Array; readonly offset: Int32Array } {
  const { axis, sign } = grid.turned[n] ?? { axis: 0, sign: 1 };
  const inside = new Uint8Array(length);
  const layer = new Int32Array(length);
  const offset = new Int32Array(length);
  for (let q = 0; q < length; q++) {
    const own = from[axis] + (sign > 0 ? q : length - 1 - q);
    const point = Math.min(Math.max(own, 0), grid.size[axis] - 1);
    if (border === 'outside' && point !== own) continue;
    inside[q] = 1;
    if (axis === 2) layer[q] = point;
    else offset[q] = point * (axis === 0 ? 1 : grid.size[0]);
  }
  return { inside, layer, offset };
}
