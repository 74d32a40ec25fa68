/**
 * Resampling between a picture and a model's input.
 *
 * Into the model: linear. Each output pixel is the weighted mean of the input pixels under a triangle
 * centred on it, whose half-width is one input pixel, or, with anti-aliasing, one output pixel where
 * that is larger (the usual "antialiased bilinear" of image libraries). Out of the model: bilinear at
 * each pixel's centre.
 */
import type { Frame } from './frame';

/** Weights of one axis: output pixel o is the sum of input pixels first[o] + n times weights[o * taps + n]. */
export interface Taps {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Weights for `count` output pixels over [start, start + length) of the input axis; they are not clipped to the input.
 * @param wide Whether to widen the triangle when shrinking.
 */
export function triangleTaps(start: number, length: number, count: number, wide: boolean): Taps {
  const scale = length / count;
  const half = wide ? Math.max(1, scale) : 1;
  const taps = Math.ceil(2 * half);
  const first = new Int32Array(count);
  const weights = new Float64Array(count * taps);
  for (let o = 0; o < count; o++) {
    const centre = start + (o + 0.5) * scale - 0.5;
    const from = Math.ceil(centre - half);
    first[o] = from;
    let sum = 0;
    for (let n = 0; n < taps; n++) {
      const weight = Math.max(0, 1 - Math.abs(from + n - centre) / half);
      weights[o * taps + n] = weight;
      sum += weight;
    }
    for (let n = 0; n < taps; n++) weights[o * taps + n] = (weights[o * taps + n] as number) / sum;
  }
  return { taps, first, weights };
}

/** HU that are mapped to 0 and 1; those beyond are clipped. */
export interface Window {
  readonly center: number;
  readonly width: number;
}

export interface Resampling {
  /** Size of the result. */
  readonly width: number;
  readonly height: number;
  /** Anti-aliasing when shrinking. */
  readonly wide: boolean;
  /** Laid on the pixels before they are resampled; undefined: the pixels' own values are. */
  readonly window: Window | undefined;
  /** Value of pixels (before the window) beyond the picture. */
  readonly outside: number;
}

/** Resamples framed parts of pictures. Keeps its buffers from picture to picture. */
export class Resampler {
  #rows: Float64Array = new Float64Array(0);
  #sums: Float64Array = new Float64Array(0);

  /**
   * The framed part of a picture at another size.
   * @param picture width * height values, row by row.
   * @param out to.width * to.height values, filled.
   */
  run(picture: Float32Array, width: number, height: number, frame: Frame, to: Resampling, out: Float32Array): void {
    const across = triangleTaps(frame.x, frame.width, to.width, to.wide);
    const down = triangleTaps(frame.y, frame.height, to.height, to.wide);
    const [top, bottom] = covered(down, to.height, height);
    const [left, right] = covered(across, to.width, width);
    // A line holds all pixels that some output pixel has a tap on, those beyond the picture too.
    const start = across.first[0] ?? 0;
    const line = new Float64Array((across.first[to.width - 1] ?? 0) + across.taps - start);
    this.#rows = sized(this.#rows, Math.max(0, bottom - top) * to.width);
    this.#sums = sized(this.#sums, to.width);
    const rows = this.#rows;
    // Values are kept relative to what is outside, so that what lies beyond the picture is zero.
    const { window } = to;
    const low = window ? window.center - window.width / 2 : 0;
    const scale = window ? 1 / window.width : 1;
    const [least, most] = window ? [0, 1] : [-Infinity, Infinity];
    const outside = Math.min(most, Math.max(least, (to.outside - low) * scale));
    for (let y = top; y < bottom; y++) {
      const row = y * width;
      let isOutside = true;
      for (let x = left; x < right; x++) {
        const value = Math.min(most, Math.max(least, ((picture[row + x] as number) - low) * scale)) - outside;
        line[x - start] = value;
        if (value !== 0) isOutside = false;
      }
      const target = (y - top) * to.width;
      if (isOutside) rows.fill(0, target, target + to.width);
      else sumAlong(line, start, across, rows, target);
    }
    this.#sumDown(down, top, bottom, to, outside, out);
  }

  #sumDown(down: Taps, top: number, bottom: number, to: Resampling, outside: number, out: Float32Array): void {
    const [rows, sums] = [this.#rows, this.#sums];
    const { width, height } = to;
    for (let o = 0; o < height; o++) {
      sums.fill(outside);
      const first = down.first[o] as number;
      const end = Math.min(first + down.taps, bottom);
      for (let y = Math.max(first, top); y < end; y++) {
        const weight = down.weights[o * down.taps + y - first] as number;
        if (weight === 0) continue;
        const row = (y - top) * width;
        for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + weight * (rows[row + x] as number);
      }
      const target = o * width;
      for (let x = 0; x < width; x++) out[target + x] = sums[x] as number;
    }
  }
}

/** Weighted sums along a line whose first value is that of input pixel `start`. */
function sumAlong(
  line: Float64Array,
  start: number,
  { taps, first, weights }: Taps,
  out: Float64Array,
  to: number,
): void {
  for (let o = 0, weight = 0; o < first.length; o++) {
    let x = (first[o] as number) - start;
    let sum = 0;
    for (const end = weight + taps; weight < end; weight++, x++)
      sum += (line[x] as number) * (weights[weight] as number);
    out[to + o] = sum;
  }
}

/** Pixels [from, to) of an input axis of `size` that some output pixel needs. */
function covered({ first, taps }: Taps, count: number, size: number): readonly [number, number] {
  return [Math.max(0, first[0] ?? 0), Math.min(size, (first[count - 1] ?? 0) + taps)];
}

/** An array of at least that length, the given one if it will do. */
function sized(array: Float64Array, length: number): Float64Array {
  return array.length >= length ? array : new Float64Array(length);
}

/** Where the centres of pixels lie on one axis of a map: between `low` and `low + 1` (or at `low` alone, where t is 0), `t` of the way. */
export interface Positions {
  /** Pixels [from, to) lie within the frame; the others have no position. */
  readonly from: number;
  readonly to: number;
  readonly low: Int32Array;
  readonly t: Float64Array;
}

/** Centres of pixels 0 to count - 1 of an axis on the axis of a map of `mapSize` pixels that covers [start, start + length). */
export function mapPositions(count: number, start: number, length: number, mapSize: number): Positions {
  const low = new Int32Array(count);
  const t = new Float64Array(count);
  let [from, to] = [count, 0];
  for (let pixel = 0; pixel < count; pixel++) {
    const at = ((pixel + 0.5 - start) / length) * mapSize;
    if (!(at >= 0 && at <= mapSize)) continue;
    if (from > pixel) from = pixel;
    to = pixel + 1;
    const clamped = Math.min(Math.max(at - 0.5, 0), mapSize - 1);
    const below = Math.max(0, Math.min(Math.floor(clamped), mapSize - 2));
    low[pixel] = below;
    t[pixel] = clamped - below;
  }
  return { from: Math.min(from, to), to, low, t };
}
