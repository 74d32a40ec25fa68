/** Connected lesions of a model's candidates: runs joined by union-find, slice by slice, so that the cost follows the blood and not the scan. */
import type { SliceRuns } from '../annotation/runs';
import { SUBTYPES } from '../annotation/subtype';
import type { SliceCandidates } from './candidates';

/** Numbers of a lesion's tally: its volume in mL, then what speaks for each label. */
const TALLY = 1 + SUBTYPES.length;

/** Numbers that grow in number; typed, since there may be a hundred thousand runs. */
class Column<T extends Uint32Array | Float64Array> {
  constructor(public values: T) {}

  /** Makes room for `length` numbers. */
  reach(length: number): void {
    if (length <= this.values.length) return;
    const grown = new (this.values.constructor as new (length: number) => T)(2 * length);
    grown.set(this.values);
    this.values = grown;
  }
}

/** Where the runs of a slice are: those of row j are numbers rows[j] up to rows[j + 1]. */
interface SliceRows {
  readonly slice: number;
  readonly rows: Uint32Array;
}

/** Takes slices in ascending order and yields their mask. Neighbours are all 26. */
export class LesionRuns {
  readonly #starts = new Column(new Uint32Array(1024));
  readonly #ends = new Column(new Uint32Array(1024));
  /** Union-find: the lower number stays root. */
  readonly #parents = new Column(new Uint32Array(1024));
  readonly #tallies = new Column(new Float64Array(1024 * TALLY));
  #count = 0;
  readonly #slices: SliceRows[] = [];

  /** @param width Columns of a slice; `height` rows. */
  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  /**
   * Adds the voxels of a slice that reach a level.
   * @param level Least quantized probability.
   * @param volume mL of a voxel.
   */
  add({ slice, runs, probability, subtype }: SliceCandidates, level: number, volume: number): void {
    const rows = new Uint32Array(this.height + 1).fill(this.#count);
    const { width } = this;
    let row = 0;
    let n = 0;
    for (let r = 0; r < runs.length; r += 2) {
      const place = runs[r] as number;
      const length = runs[r + 1] as number;
      const j = Math.floor(place / width);
      const column = place - j * width;
      while (row < j) rows[++row] = this.#count;
      const last = n + length;
      while (n < last) {
        if ((probability[n] as number) < level) {
          n++;
          continue;
        }
        const run = this.#begin(column + n - (last - length));
        const tally = run * TALLY;
        const { values } = this.#tallies;
        const first = n;
        for (; n < last && (probability[n] as number) >= level; n++) {
          const at = tally + (subtype[n] as number);
          values[at] = (values[at] as number) + (probability[n] as number) * volume;
        }
        values[tally] = (n - first) * volume;
        this.#ends.values[run] = column + n - (last - length);
      }
    }
    while (row < this.height) rows[++row] = this.#count;
    this.#join(rows, slice);
    this.#slices.push({ slice, rows });
  }

  /** The mask of all slices that were added, each lesion with one label; lesions below `minimumVolume` (mL) are left out. */
  finish(minimumVolume: number): SliceRuns[] {
    const labels = this.#labels(minimumVolume);
    const [starts, ends] = [this.#starts.values, this.#ends.values];
    return this.#slices.flatMap(({ slice, rows }) => {
      const packed: number[] = [];
      for (let j = 0; j < this.height; j++) {
        for (let run = rows[j] as number; run < (rows[j + 1] as number); run++) {
          const label = labels[this.#root(run)] as number;
          if (label === 0) continue;
          const start = starts[run] as number;
          packed.push(label, j, start, (ends[run] as number) - start);
        }
      }
      return packed.length === 0 ? [] : [{ slice, runs: Uint32Array.from(packed) }];
    });
  }

  #begin(start: number): number {
    const run = this.#count++;
    this.#starts.reach(this.#count);
    this.#ends.reach(this.#count);
    this.#parents.reach(this.#count);
    this.#tallies.reach(this.#count * TALLY);
    this.#starts.values[run] = start;
    this.#parents.values[run] = run;
    return run;
  }

  /** Label of each root; 0 for lesions that are too small. */
  #labels(minimumVolume: number): Uint8Array {
    const { values } = this.#tallies;
    const sums = new Float64Array(this.#count * TALLY);
    for (let run = 0; run < this.#count; run++) {
      const root = this.#root(run) * TALLY;
      for (let n = 0; n < TALLY; n++) sums[root + n] = (sums[root + n] as number) + (values[run * TALLY + n] as number);
    }
    const labels = new Uint8Array(this.#count);
    for (let run = 0; run < this.#count; run++) {
      const at = run * TALLY;
      if (this.#parents.values[run] !== run || (sums[at] as number) < minimumVolume) continue;
      let best = 1;
      for (let label = 2; label < TALLY; label++) {
        if ((sums[at + label] as number) > (sums[at + best] as number)) best = label;
      }
      labels[run] = best;
    }
    return labels;
  }

  /** Joins what touches within a slice, and with the slice before it. */
  #join(rows: Uint32Array, slice: number): void {
    const before = this.#slices.at(-1);
    const below = before?.slice === slice - 1 ? before.rows : undefined;
    for (let j = 0; j < this.height; j++) {
      const from = rows[j] as number;
      const to = rows[j + 1] as number;
      if (from === to) continue;
      if (j > 0) this.#joinRows(from, to, rows[j - 1] as number, from);
      for (let other = Math.max(0, j - 1); below && other <= Math.min(this.height - 1, j + 1); other++) {
        this.#joinRows(from, to, below[other] as number, below[other + 1] as number);
      }
    }
  }

  /** Joins runs [a, aEnd) of a row with those of a neighbouring row that overlap them or touch them by a corner. */
  #joinRows(a: number, aEnd: number, b: number, bEnd: number): void {
    const [starts, ends] = [this.#starts.values, this.#ends.values];
    let [n, m] = [a, b];
    while (n < aEnd && m < bEnd) {
      const [endN, endM] = [ends[n] as number, ends[m] as number];
      if ((starts[n] as number) <= endM && (starts[m] as number) <= endN) this.#unite(n, m);
      // Runs of a row lie at least one voxel apart, so the one that ends first touches no later one.
      if (endN <= endM) n++;
      if (endM <= endN) m++;
    }
  }

  #root(run: number): number {
    const parents = this.#parents.values;
    let root = run;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] as number] as number;
      root = parents[root] as number;
    }
    return root;
  }

  #unite(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    this.#parents.values[Math.max(one, other)] = Math.min(one, other);
  }
}
