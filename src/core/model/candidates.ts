/**
 * What a model holds for blood at some threshold, so that the threshold can be moved without running
 * the model again: the probability of each voxel that comes into question, and its likeliest
 * subtype. Whoever turns a model's output into a mask (the inference process, the page while its
 * slider moves, the host when a proposal is accepted) does it by `maskAt`, so all of them agree.
 *
 * Index frame of the volume: column i, row j, slice k; a voxel's place in its slice is j * width + i.
 */
import type { SliceRuns } from '../annotation/runs';
import { SUBTYPES } from '../annotation/subtype';
import { finish, type Steps } from '../edit/steps';
import { type MeasureGrid, voxelVolume } from '../measure/grid';
import type { Vec3 } from '../volume';
import { LesionRuns } from './lesion-runs';

/** Voxels of lower probability are not kept: no threshold can reach them. */
export const CANDIDATE_FLOOR = 0.05;

/** The least probability that is the floor when it is kept, in steps of 1/255. */
export const LEAST_KEPT = (Math.round(CANDIDATE_FLOOR * 255) - 0.5) / 255;

/** The candidates of one slice, in the order of their places. */
export interface SliceCandidates {
  /** Slice index k. */
  readonly slice: number;
  /** Two numbers a run: place of its first voxel, length. Ascending; a run lies in one row, and runs do not overlap. */
  readonly runs: Uint32Array;
  /** `quantize` of the probability of each voxel, run by run. */
  readonly probability: Uint8Array;
  /** Label (1 to 5) of the likeliest subtype of each voxel, run by run. */
  readonly subtype: Uint8Array;
}

export interface Candidates {
  /** Voxels along i, j and k. */
  readonly size: Vec3;
  /** Slices that have candidates, ascending. */
  readonly slices: readonly SliceCandidates[];
}

/** A mask made of candidates. */
export interface CandidateMask {
  /** Slices with blood, ascending. */
  readonly slices: readonly SliceRuns[];
  /** mL by label, index 0 is EPH; every slice with its own extent. */
  readonly volumes: readonly number[];
}

/** A probability as it is kept: 0 to 255, halves upwards, so that 0.5 and what lies just below it stay apart. */
export function quantize(probability: number): number {
  return Math.round(Math.min(1, Math.max(0, probability)) * 255);
}

/** The least quantized probability that counts as blood at a threshold; never below the floor. */
export function thresholdLevel(threshold: number): number {
  return quantize(Math.max(CANDIDATE_FLOOR, threshold));
}

/**
 * The mask at a threshold: voxels whose probability reaches it (in steps of 1/255), in lesions that
 * are connected in 3-D, corners included; each lesion has the one subtype that most of its voxels
 * speak for, weighted by probability times volume (the lower label where two are even); lesions
 * below `minimumVolume` (mL) are left out. A higher threshold never gives a voxel more.
 * Throws RangeError for a slice that the grid does not have.
 */
export function maskAt(
  candidates: Candidates,
  grid: MeasureGrid,
  threshold: number,
  minimumVolume: number,
): CandidateMask {
  return finish(maskSteps(candidates, grid, threshold, minimumVolume));
}

/** `maskAt` in steps of a slice each, for large volumes. */
export function* maskSteps(
  { size, slices }: Candidates,
  grid: MeasureGrid,
  threshold: number,
  minimumVolume: number,
): Steps<CandidateMask> {
  const level = thresholdLevel(threshold);
  const lesions = new LesionRuns(size[0], size[1]);
  for (const slice of slices) {
    lesions.add(slice, level, voxelVolume(grid, slice.slice));
    yield { done: slice.slice + 1, total: size[2] };
  }
  const masks = lesions.finish(minimumVolume);
  const volumes = SUBTYPES.map(() => 0);
  for (const { slice, runs } of masks) {
    const unit = voxelVolume(grid, slice);
    for (let n = 0; n < runs.length; n += 4) {
      const at = (runs[n] ?? 0) - 1;
      volumes[at] = (volumes[at] ?? 0) + (runs[n + 3] ?? 0) * unit;
    }
  }
  return { slices: masks, volumes };
}

/** Takes the candidates of one slice. */
export interface SliceSink {
  /**
   * Adds a voxel, once each; nothing is checked.
   * @param place j * width + i, within the slice.
   * @param probability As it is kept, from the floor on.
   * @param label 1 to 5.
   */
  push(place: number, probability: number, label: number): void;
}

/** Candidates of one slice while they come in; typed arrays that grow. */
class Growing implements SliceSink {
  places = new Uint32Array(256);
  /** Quantized probability and label of each place. */
  values = new Uint8Array(512);
  count = 0;
  ordered = true;

  push(place: number, probability: number, label: number): void {
    if (this.count === this.places.length) {
      const [places, values] = [new Uint32Array(2 * this.count), new Uint8Array(4 * this.count)];
      places.set(this.places);
      values.set(this.values);
      [this.places, this.values] = [places, values];
    }
    if (this.count > 0 && (this.places[this.count - 1] ?? 0) >= place) this.ordered = false;
    this.places[this.count] = place;
    this.values[2 * this.count] = probability;
    this.values[2 * this.count + 1] = label;
    this.count++;
  }
}

/** Collects candidates in any order. Memory grows with them, not with the scan. */
export class CandidateBuilder {
  readonly #slices = new Map<number, Growing>();
  readonly #floor = quantize(CANDIDATE_FLOOR);

  /** @param size Voxels along i, j and k. */
  constructor(private readonly size: Vec3) {}

  /**
   * Adds a voxel, once each; one below the floor is passed by.
   * @param place j * width + i.
   * @param probability 0 to 1; what is no number is passed by.
   * @param label 1 to 5.
   */
  add(slice: number, place: number, probability: number, label: number): void {
    const kept = quantize(probability);
    if (kept >= this.#floor) this.addQuantized(slice, place, kept, label);
  }

  /** Adds a voxel with a probability as it is kept. Throws RangeError for a voxel outside of the size. */
  addQuantized(slice: number, place: number, probability: number, label: number): void {
    const [width, height, depth] = this.size;
    if (!(slice >= 0 && slice < depth && place >= 0 && place < width * height)) {
      throw new RangeError(`Voxel ${place} of slice ${slice} lies outside of ${width} x ${height} x ${depth}.`);
    }
    this.sink(slice).push(place, probability, label);
  }

  /** For many voxels of one slice. */
  sink(slice: number): SliceSink {
    let growing = this.#slices.get(slice);
    if (!growing) {
      growing = new Growing();
      this.#slices.set(slice, growing);
    }
    return growing;
  }

  finish(): Candidates {
    const slices = [...this.#slices].sort(([a], [b]) => a - b).map(([slice, voxels]) => this.#packed(slice, voxels));
    return { size: this.size, slices };
  }

  #packed(slice: number, { places, values, count, ordered }: Growing): SliceCandidates {
    const order = ordered ? undefined : Uint32Array.from({ length: count }, (_, n) => n);
    order?.sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
    const runs: number[] = [];
    const probability = new Uint8Array(count);
    const subtype = new Uint8Array(count);
    const width = this.size[0];
    let [start, end, rowEnd] = [0, -1, 0];
    for (let n = 0; n < count; n++) {
      const from = order ? (order[n] as number) : n;
      const place = places[from] as number;
      if (place !== end || place >= rowEnd) {
        if (end >= 0) runs.push(start, end - start);
        start = place;
        rowEnd = place - (place % width) + width;
      }
      end = place + 1;
      probability[n] = values[2 * from] as number;
      subtype[n] = values[2 * from + 1] as number;
    }
    if (end >= 0) runs.push(start, end - start);
    return { slice, runs: Uint32Array.from(runs), probability, subtype };
  }
}
