/** From probabilities over a picture's frame to candidates among the scan's own voxels. */
import type { Label } from '../annotation/subtype';
import type { Vec3 } from '../volume';
import type { AxialView } from './axial';
import { type CandidateBuilder, LEAST_KEPT, type SliceSink } from './candidates';
import type { Frame } from './frame';
import type { OutputMap, ProbabilityMaps } from './probabilities';
import { mapPositions, type Positions } from './resample';
import { withOdds } from './thresholds';

/**
 * Interpolates (bilinearly, at each pixel's centre) the probability of blood of picture n, and adds
 * the pixels that reach the candidates' floor as voxels, each with its likeliest subtype, whose
 * threshold the probability is brought to.
 * @param size Voxels of the volume along i, j and k.
 * @param wanted Storage slices to add to; all if undefined.
 */
export function addCandidates(
  builder: CandidateBuilder,
  size: Vec3,
  view: AxialView,
  n: number,
  frame: Frame,
  { blood, box, subtype, least, odds }: ProbabilityMaps,
  wanted?: ReadonlySet<number>,
): void {
  const { width, height, offset, steps } = view;
  const plane = size[0] * size[1];
  const across = mapPositions(width, frame.x, frame.width, blood.width);
  const down = mapPositions(height, frame.y, frame.height, blood.height);
  const labelAt = labeller(view, frame, subtype);
  // Interpolation does not exceed what it is made of, so only pixels beside a point of the box can reach the floor.
  const [left, right] = within(across, box.x0, box.x1);
  const [top, bottom] = within(down, box.y0, box.y1);
  const first = Math.max(0, box.x0 - 1);
  // Where the last pixel went: mostly, the next one goes there too.
  let [slice, sliceStart] = [-1, -plane];
  let sink: SliceSink | undefined;
  const line = new Float64Array(Math.min(blood.width - 1, box.x1 + 1) + 1);
  for (let row = top; row < bottom; row++) {
    const y = down.low[row] as number;
    lerpRows(blood, y, down.t[row] as number, first, line);
    // The part of the line that matters: mostly there is none.
    let [from, to] = [first, line.length - 1];
    while (from <= to && !((line[from] as number) >= least)) from++;
    while (to >= from && !((line[to] as number) >= least)) to--;
    if (from > to) continue;
    for (let column = Math.max(left, startOf(across, from - 1)); column < right; column++) {
      const low = across.low[column] as number;
      if (low > to) break;
      const t = across.t[column] as number;
      const start = line[low] as number;
      let value = t === 0 ? start : start * (1 - t) + (line[low + 1] as number) * t;
      if (!(value >= least)) continue;
      const at = offset + column * steps[0] + row * steps[1] + n * steps[2];
      if (at < sliceStart || at >= sliceStart + plane) {
        slice = Math.floor(at / plane);
        sliceStart = slice * plane;
        sink = wanted === undefined || wanted.has(slice) ? builder.sink(slice) : undefined;
      }
      if (!sink) continue;
      const label = labelAt(column, row);
      if (odds) value = withOdds(value, odds[label - 1] as number);
      if (value >= LEAST_KEPT) sink.push(at - sliceStart, Math.min(255, Math.round(value * 255)), label);
    }
  }
}

/** The first pixel that lies at point x of the map or behind it. */
function startOf({ from, to, low }: Positions, x: number): number {
  let [start, end] = [from, to];
  while (start < end) {
    const middle = (start + end) >> 1;
    if ((low[middle] as number) >= x) end = middle;
    else start = middle + 1;
  }
  return start;
}

/** Pixels [from, to) with a position beside the points [first, last]. */
function within({ from, to, low, t }: Positions, first: number, last: number): readonly [number, number] {
  let [start, end] = [from, to];
  const reaches = (pixel: number): boolean => (low[pixel] as number) + ((t[pixel] as number) > 0 ? 1 : 0) >= first;
  while (start < end && !reaches(start)) start++;
  while (end > start && (low[end - 1] as number) > last) end--;
  return [start, end];
}

/** Row `low` and the next one, `t` of the way, from point `first` on to the end of `out`. */
function lerpRows({ values, width }: OutputMap, low: number, t: number, first: number, out: Float64Array): void {
  const above = low * width;
  const below = above + width;
  for (let x = first; x < out.length; x++) {
    const value = values[above + x] as number;
    out[x] = t === 0 ? value : value * (1 - t) + (values[below + x] as number) * t;
  }
}

/** The likeliest label at a pixel: of the plane whose interpolated value is largest, the first of equal ones. */
function labeller(
  { width, height }: AxialView,
  frame: Frame,
  map: ProbabilityMaps['subtype'],
): (column: number, row: number) => Label {
  const { labels, values } = map;
  const [only = 1] = labels;
  if (labels.length === 1) return () => only;
  const across = mapPositions(width, frame.x, frame.width, map.width);
  const down = mapPositions(height, frame.y, frame.height, map.height);
  const plane = map.width * map.height;
  return (column, row) => {
    const tx = across.t[column] as number;
    const ty = down.t[row] as number;
    const at = (down.low[row] as number) * map.width + (across.low[column] as number);
    const right = tx > 0 ? 1 : 0;
    const below = ty > 0 ? map.width : 0;
    const [w00, w01, w10, w11] = [(1 - tx) * (1 - ty), tx * (1 - ty), (1 - tx) * ty, tx * ty];
    let best = 0;
    let largest = -Infinity;
    for (let c = 0, base = at; c < labels.length; c++, base += plane) {
      const value =
        w00 * (values[base] as number) +
        w01 * (values[base + right] as number) +
        w10 * (values[base + below] as number) +
        w11 * (values[base + below + right] as number);
      if (value > largest) {
        largest = value;
        best = c;
      }
    }
    return labels[best] ?? only;
  };
}
