/** Sets of voxels as runs of places: what of a proposal has been decided. */
import type { SliceRuns } from '../annotation/runs';

/** Voxels of one slice. */
export interface SlicePlaces {
  /** Slice index k. */
  readonly slice: number;
  /** Two numbers a run: place (j * width + i) of its first voxel, length. Ascending, never touching; may go on over the ends of rows. */
  readonly runs: Uint32Array;
}

/** One byte a voxel of a slice, 1 for members. */
export function flagsOf(places: SlicePlaces | undefined, voxels: number): Uint8Array {
  const flags = new Uint8Array(voxels);
  const runs = places?.runs ?? new Uint32Array(0);
  for (let n = 0; n < runs.length; n += 2) flags.fill(1, runs[n], (runs[n] ?? 0) + (runs[n + 1] ?? 0));
  return flags;
}

/** The members of a slice, from flags. */
export function placesOf(slice: number, flags: Uint8Array): SlicePlaces {
  const runs: number[] = [];
  for (let n = 0; n < flags.length; n++) {
    if (flags[n] !== 1) continue;
    const start = n;
    while (n < flags.length && flags[n] === 1) n++;
    runs.push(start, n - start);
  }
  return { slice, runs: Uint32Array.from(runs) };
}

/** The members of either set; slices ascending. */
export function joinPlaces(a: readonly SlicePlaces[], b: readonly SlicePlaces[], voxels: number): SlicePlaces[] {
  const bySlice = new Map(a.map((places) => [places.slice, places]));
  for (const places of b) {
    const known = bySlice.get(places.slice);
    if (!known) {
      bySlice.set(places.slice, places);
      continue;
    }
    const flags = flagsOf(known, voxels);
    for (let n = 0; n < places.runs.length; n += 2) {
      flags.fill(1, places.runs[n], (places.runs[n] ?? 0) + (places.runs[n + 1] ?? 0));
    }
    bySlice.set(places.slice, placesOf(places.slice, flags));
  }
  return [...bySlice.values()].sort((x, y) => x.slice - y.slice);
}

/** The members of a set that are not in another one. */
export function subtractPlaces(a: readonly SlicePlaces[], b: readonly SlicePlaces[], voxels: number): SlicePlaces[] {
  const taken = new Map(b.map((places) => [places.slice, places]));
  return a.flatMap((places) => {
    const other = taken.get(places.slice);
    if (!other) return [places];
    const flags = flagsOf(places, voxels);
    for (let n = 0; n < other.runs.length; n += 2) {
      flags.fill(0, other.runs[n], (other.runs[n] ?? 0) + (other.runs[n + 1] ?? 0));
    }
    const rest = placesOf(places.slice, flags);
    return rest.runs.length > 0 ? [rest] : [];
  });
}

/** The voxels of a mask that have a label. */
export function placesOfMasks(masks: readonly SliceRuns[], width: number): SlicePlaces[] {
  return masks.map(({ slice, runs }) => {
    const places: number[] = [];
    for (let n = 0; n < runs.length; n += 4) {
      const start = (runs[n + 1] ?? 0) * width + (runs[n + 2] ?? 0);
      const length = runs[n + 3] ?? 0;
      const last = places.length - 1;
      if (places.length > 0 && (places[last - 1] ?? 0) + (places[last] ?? 0) === start)
        places[last] = (places[last] ?? 0) + length;
      else places.push(start, length);
    }
    return { slice, runs: Uint32Array.from(places) };
  });
}

/** A slice as a whole. */
export function wholeSlice(slice: number, voxels: number): SlicePlaces {
  return { slice, runs: Uint32Array.of(0, voxels) };
}

/** True if a slice as a whole is in the set. */
export function isWhole(places: SlicePlaces | undefined, voxels: number): boolean {
  return places !== undefined && places.runs[0] === 0 && places.runs[1] === voxels;
}
