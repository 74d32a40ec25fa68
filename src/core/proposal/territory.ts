/**
 * What is decided with a lesion beside its own voxels: the fainter ones around it, which would
 * otherwise come back as a rim when the threshold is lowered afterwards.
 */
import type { SliceRuns } from '../annotation/runs';
import type { Candidates } from '../model/candidates';
import { placesOf, type SlicePlaces } from './places';

/** What a voxel is: a candidate that nobody has reached, of the lesion, of something else. 0 is no candidate. */
const FREE = 2;
const OWN = 1;
const OTHER = 3;

/**
 * The places of a lesion, and of the candidates that are nearer to it than to any other lesion or to
 * anything decided, counted in steps through candidates (26 neighbours). Where both are equally far,
 * the place goes to the lesion.
 * @param shown All that is proposed now, the lesion included.
 */
export function territoryOf(
  { candidates, decided }: { readonly candidates: Candidates; readonly decided: readonly SlicePlaces[] },
  shown: readonly SliceRuns[],
  lesion: readonly SliceRuns[],
): SlicePlaces[] {
  const field = new Field(candidates);
  for (const places of decided) field.markPlaces(places);
  field.markRuns(shown, OTHER);
  field.markRuns(lesion, OWN);
  field.spread();
  return field.places();
}

/** Candidates as bytes, for the slices that have any. */
class Field {
  readonly #slices = new Map<number, Uint8Array>();
  readonly #width: number;
  readonly #height: number;

  constructor({ size, slices }: Candidates) {
    [this.#width, this.#height] = size;
    for (const { slice, runs } of slices) {
      const bytes = new Uint8Array(this.#width * this.#height);
      for (let n = 0; n < runs.length; n += 2) bytes.fill(FREE, runs[n], (runs[n] ?? 0) + (runs[n + 1] ?? 0));
      this.#slices.set(slice, bytes);
    }
  }

  markRuns(masks: readonly SliceRuns[], value: number): void {
    for (const { slice, runs } of masks) {
      for (let n = 0; n < runs.length; n += 4) {
        const start = (runs[n + 1] ?? 0) * this.#width + (runs[n + 2] ?? 0);
        this.#slices.get(slice)?.fill(value, start, start + (runs[n + 3] ?? 0));
      }
    }
  }

  markPlaces({ slice, runs }: SlicePlaces): void {
    const bytes = this.#slices.get(slice);
    for (let n = 0; bytes && n < runs.length; n += 2) {
      const end = (runs[n] ?? 0) + (runs[n + 1] ?? 0);
      for (let place = runs[n] ?? 0; place < end; place++) if (bytes[place] === FREE) bytes[place] = OTHER;
    }
  }

  /** Lets what is marked grow into free candidates, step by step. */
  spread(): void {
    let others = this.#marked(OTHER);
    let own = this.#marked(OWN);
    while (own.length > 0) {
      own = this.#step(own, OWN);
      others = this.#step(others, OTHER);
    }
  }

  places(): SlicePlaces[] {
    return [...this.#slices]
      .map(([slice, bytes]) => placesOf(slice, bytes))
      .filter(({ runs }) => runs.length > 0)
      .sort((a, b) => a.slice - b.slice);
  }

  /** Pairs of slice and place. */
  #marked(value: number): number[] {
    const found: number[] = [];
    for (const [slice, bytes] of this.#slices) {
      for (let place = bytes.indexOf(value); place >= 0; place = bytes.indexOf(value, place + 1))
        found.push(slice, place);
    }
    return found;
  }

  #step(front: readonly number[], value: number): number[] {
    const next: number[] = [];
    const [width, height] = [this.#width, this.#height];
    for (let n = 0; n < front.length; n += 2) {
      const [slice, place] = [front[n] as number, front[n + 1] as number];
      const column = place % width;
      const row = (place - column) / width;
      for (let k = slice - 1; k <= slice + 1; k++) {
        const bytes = this.#slices.get(k);
        if (!bytes) continue;
        for (let j = Math.max(0, row - 1); j <= Math.min(height - 1, row + 1); j++) {
          for (let i = Math.max(0, column - 1); i <= Math.min(width - 1, column + 1); i++) {
            const at = j * width + i;
            if (bytes[at] !== FREE) continue;
            bytes[at] = value;
            next.push(k, at);
          }
        }
      }
    }
    return next;
  }
}
