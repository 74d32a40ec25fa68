/**
 * From the network's output to a mask: blood where the probability reaches the threshold, resampled
 * to the picture's own pixels; one subtype per lesion, the one whose probability summed over the
 * lesion's voxels (in mL) is largest. A lesion is a part connected in 3-D, corners included.
 */
import type { Label, Subtype } from '../annotation/subtype';
import { labelOf } from '../annotation/subtype';
import type { Frame } from './frame';
import type { TypedOutputs } from './manifest-outputs';
import { mapPositions, type Position, valueAt } from './resample';

/** Output maps of one picture, row by row over its frame. */
export interface PictureMaps {
  /** Probability of blood, width * height. */
  readonly blood: OutputMap;
  /** Probability of each subtype, plane by plane. */
  readonly subtype: OutputMap;
}

export interface OutputMap {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** Applies a sigmoid in place. */
export function applySigmoid(values: Float32Array): void {
  for (let n = 0; n < values.length; n++) values[n] = 1 / (1 + Math.exp(-(values[n] ?? 0)));
}

/** Applies a softmax over `count` planes of one picture, in place. */
export function applySoftmax(values: Float32Array, count: number): void {
  const plane = values.length / count;
  for (let pixel = 0; pixel < plane; pixel++) {
    let largest = -Infinity;
    for (let c = 0; c < count; c++) largest = Math.max(largest, values[c * plane + pixel] ?? 0);
    let sum = 0;
    for (let c = 0; c < count; c++) {
      const power = Math.exp((values[c * plane + pixel] ?? 0) - largest);
      values[c * plane + pixel] = power;
      sum += power;
    }
    for (let c = 0; c < count; c++) values[c * plane + pixel] = (values[c * plane + pixel] ?? 0) / sum;
  }
}

/** Brings raw outputs of one picture to probabilities, in place. */
export function activate(maps: PictureMaps, outputs: TypedOutputs): void {
  if (outputs.blood.activation === 'sigmoid') applySigmoid(maps.blood.values);
  if (outputs.subtype.activation === 'softmax') applySoftmax(maps.subtype.values, outputs.subtype.labels.length);
}

/** The smallest box (ends included) around the values of a map that reach a threshold; undefined if none does. */
function bloodBox(
  { values, width }: OutputMap,
  threshold: number,
): { x0: number; x1: number; y0: number; y1: number } | undefined {
  let [x0, x1, y0, y1] = [width, -1, -1, -1];
  for (let n = 0; n < values.length; n++) {
    if (!((values[n] as number) >= threshold)) continue;
    const x = n % width;
    y1 = (n - x) / width;
    if (y0 < 0) y0 = y1;
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
  }
  return y0 < 0 ? undefined : { x0, x1, y0, y1 };
}

interface Part {
  /** mL. */
  volume: number;
  /** Probability of each subtype times mL. */
  readonly weights: Float64Array;
}

/** A run of blood pixels of one row, [start, end), and the part that it belongs to. */
interface BloodRun {
  readonly row: number;
  readonly start: number;
  readonly end: number;
  readonly part: number;
}

/** Collects the pictures of one scan, in order, and yields its mask. Memory grows with the blood, not with the scan. */
export class LesionBuilder {
  readonly #width: number;
  readonly #height: number;
  readonly #subtypes: readonly Subtype[];
  readonly #threshold: number;
  readonly #parts: Part[] = [];
  /** Union-find over parts: the root of a tree is the lesion. */
  readonly #parents: number[] = [];
  readonly #pictures: (readonly BloodRun[])[] = [];

  /** @param width Pixels of a picture along x, `height` along y. */
  constructor(width: number, height: number, subtypes: readonly Subtype[], threshold: number) {
    this.#width = width;
    this.#height = height;
    this.#subtypes = subtypes;
    this.#threshold = threshold;
  }

  /** Adds a picture in which there is no head. */
  addEmpty(): void {
    this.#pictures.push([]);
  }

  /**
   * Adds the next picture.
   * @param maps Probabilities over the frame.
   * @param pixelVolume mL of a pixel.
   */
  add(maps: PictureMaps, frame: Frame, pixelVolume: (column: number, row: number) => number): void {
    const { blood, subtype } = maps;
    const runs: BloodRun[] = [];
    // Interpolation does not exceed what it is made of, so only the part of the map that holds blood is looked at.
    const box = bloodBox(blood, this.#threshold);
    if (!box) {
      this.addEmpty();
      return;
    }
    const across = mapPositions(this.#width, frame.x, frame.width, blood.width);
    const down = mapPositions(this.#height, frame.y, frame.height, blood.height);
    const acrossSubtype = mapPositions(this.#width, frame.x, frame.width, subtype.width);
    const downSubtype = mapPositions(this.#height, frame.y, frame.height, subtype.height);
    const isBlood = (column: number, row: number): boolean => {
      const x = across[column];
      const y = down[row];
      return x !== undefined && y !== undefined && valueAt(blood.values, 0, blood.width, x, y) >= this.#threshold;
    };
    const plane = subtype.width * subtype.height;
    const reached = (position: Position | undefined, from: number, to: number): boolean =>
      position !== undefined && position.low + 1 >= from && position.low <= to;
    for (let row = 0; row < this.#height; row++) {
      if (!reached(down[row], box.y0, box.y1)) continue;
      for (let column = 0; column < this.#width; column++) {
        if (!reached(across[column], box.x0, box.x1) || !isBlood(column, row)) continue;
        const start = column;
        const weights = new Float64Array(this.#subtypes.length);
        let volume = 0;
        for (; column < this.#width && isBlood(column, row); column++) {
          const x = acrossSubtype[column];
          const y = downSubtype[row];
          const pixel = pixelVolume(column, row);
          volume += pixel;
          for (let c = 0; x && y && c < weights.length; c++) {
            weights[c] = (weights[c] ?? 0) + pixel * valueAt(subtype.values, c * plane, subtype.width, x, y);
          }
        }
        const part = this.#parts.push({ volume, weights }) - 1;
        this.#parents.push(part);
        runs.push({ row, start, end: column, part });
      }
    }
    this.#joinTouching(runs, runs);
    this.#joinTouching(runs, this.#pictures.at(-1) ?? []);
    this.#pictures.push(runs);
  }

  /**
   * Ends the collection. The returned function yields the mask of picture n (label per pixel, row by
   * row), or undefined where there is no blood. Lesions below `minimumVolume` (mL) are left out.
   */
  finish(minimumVolume: number): (n: number) => Uint8Array | undefined {
    const labels = this.#labelsOfRoots(minimumVolume);
    return (n) => {
      const kept = (this.#pictures[n] ?? []).filter(({ part }) => labels.has(this.#root(part)));
      if (kept.length === 0) return undefined;
      const mask = new Uint8Array(this.#width * this.#height);
      for (const { row, start, end, part } of kept) {
        mask.fill(labels.get(this.#root(part)) ?? 0, row * this.#width + start, row * this.#width + end);
      }
      return mask;
    };
  }

  #labelsOfRoots(minimumVolume: number): Map<number, Label> {
    const lesions = new Map<number, Part>();
    this.#parts.forEach(({ volume, weights }, part) => {
      const root = this.#root(part);
      const lesion = lesions.get(root) ?? { volume: 0, weights: new Float64Array(weights.length) };
      lesion.volume += volume;
      weights.forEach((weight, c) => {
        lesion.weights[c] = (lesion.weights[c] ?? 0) + weight;
      });
      lesions.set(root, lesion);
    });
    const labels = new Map<number, Label>();
    for (const [root, { volume, weights }] of lesions) {
      const subtype = this.#subtypes[weights.indexOf(Math.max(...weights))];
      if (volume >= minimumVolume && subtype) labels.set(root, labelOf(subtype));
    }
    return labels;
  }

  /** Joins runs with those of `others` (ordered by row too) that touch them: rows at most one apart, columns overlapping or side by side. */
  #joinTouching(runs: readonly BloodRun[], others: readonly BloodRun[]): void {
    let from = 0;
    for (const run of runs) {
      while (from < others.length && (others[from]?.row ?? 0) < run.row - 1) from++;
      for (let n = from; n < others.length; n++) {
        const other = others[n];
        if (!other || other.row > run.row + 1) break;
        if (other.start <= run.end && other.end >= run.start) this.#join(run.part, other.part);
      }
    }
  }

  #root(part: number): number {
    let root = part;
    while (this.#parents[root] !== root) root = this.#parents[root] ?? root;
    for (let n = part; n !== root; ) {
      const next = this.#parents[n] ?? root;
      this.#parents[n] = root;
      n = next;
    }
    return root;
  }

  #join(a: number, b: number): void {
    this.#parents[this.#root(a)] = this.#root(b);
  }
}
