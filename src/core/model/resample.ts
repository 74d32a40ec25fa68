/**
 * Resampling between a picture and a model's input.
 *
 * Into the model: linear, with anti-aliasing when shrinking: each output pixel is the weighted mean
 * of the input pixels under a triangle centred on it, whose half-width is one output pixel when
 * shrinking and one input pixel when enlarging (the usual "antialiased bilinear" of image
 * libraries). Out of the model: bilinear at each pixel's centre.
 */
import type { Frame } from './frame';

/** Weights of one axis: output pixel o is the sum of input pixels first[o] + n times weights[o * taps + n]. */
interface Taps {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** Weights for `count` output pixels over [start, start + length) of the input axis; they are not clipped to the input. */
function triangleTaps(start: number, length: number, count: number): Taps {
  const scale = length / count;
  const half = Math.max(1, scale);
  const taps = Math.ceil(2 * half) + 1;
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
    for (let n = 0; n < taps; n++) weights[o * taps + n] = (weights[o * taps + n] ?? 0) / sum;
  }
  return { taps, first, weights };
}

/**
 * The framed part of a picture at another size.
 * @param picture width * height numbers, row by row.
 * @param value What to resample of a number of the picture; `outside` stands beyond the picture.
 * @param out outWidth * outHeight values, filled.
 */
export function resampleFrame(
  picture: Float32Array,
  width: number,
  height: number,
  value: (number: number) => number,
  frame: Frame,
  outside: number,
  out: Float32Array,
  outWidth: number,
  outHeight: number,
): void {
  const across = triangleTaps(frame.x, frame.width, outWidth);
  const down = triangleTaps(frame.y, frame.height, outHeight);
  const [top, bottom] = covered(down, outHeight, height);
  const [left, right] = covered(across, outWidth, width);
  // Values are kept relative to `outside`, so that what lies beyond the picture is zero and needs no taps.
  const line = new Float64Array(Math.max(0, right - left));
  const rows = new Float64Array(Math.max(0, bottom - top) * outWidth);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) line[x - left] = value(picture[y * width + x] as number) - outside;
    for (let o = 0; o < outWidth; o++) {
      const first = across.first[o] as number;
      const start = Math.max(first, left);
      const end = Math.min(first + across.taps, right);
      const weights = o * across.taps - first;
      let sum = 0;
      for (let x = start; x < end; x++) sum += (line[x - left] as number) * (across.weights[weights + x] as number);
      rows[(y - top) * outWidth + o] = sum;
    }
  }
  const sums = new Float64Array(outWidth);
  for (let o = 0; o < outHeight; o++) {
    sums.fill(outside);
    const first = down.first[o] as number;
    for (let y = Math.max(first, top); y < Math.min(first + down.taps, bottom); y++) {
      const weight = down.weights[o * down.taps + y - first] as number;
      const row = (y - top) * outWidth;
      for (let x = 0; x < outWidth; x++) sums[x] = (sums[x] as number) + weight * (rows[row + x] as number);
    }
    out.set(sums, o * outWidth);
  }
}

/** Pixels [from, to) of an input axis of `size` that some output pixel needs. */
function covered({ first, taps }: Taps, count: number, size: number): readonly [number, number] {
  return [Math.max(0, first[0] ?? 0), Math.min(size, (first[count - 1] ?? 0) + taps)];
}

/** Where a pixel's centre lies on one axis of a map: neighbours `low` and `low + 1` with weight `t` on the latter. */
export interface Position {
  readonly low: number;
  readonly t: number;
}

/** Centres of pixels 0 to count - 1 of an axis on the axis of a map of `mapSize` pixels that covers [start, start + length); undefined outside the frame. */
export function mapPositions(
  count: number,
  start: number,
  length: number,
  mapSize: number,
): readonly (Position | undefined)[] {
  return Array.from({ length: count }, (_, pixel) => {
    const at = ((pixel + 0.5 - start) / length) * mapSize;
    if (at < 0 || at > mapSize) return undefined;
    const clamped = Math.min(Math.max(at - 0.5, 0), mapSize - 1);
    const low = Math.min(Math.floor(clamped), mapSize - 2);
    return { low, t: clamped - low };
  });
}

/** Bilinear value of a map (rows of `mapWidth`, starting at `base` of `map`) at a position. */
export function valueAt(map: Float32Array, base: number, mapWidth: number, x: Position, y: Position): number {
  const at = base + y.low * mapWidth + x.low;
  const top = (map[at] as number) * (1 - x.t) + (map[at + 1] as number) * x.t;
  const bottom = (map[at + mapWidth] as number) * (1 - x.t) + (map[at + mapWidth + 1] as number) * x.t;
  return top * (1 - y.t) + bottom * y.t;
}
