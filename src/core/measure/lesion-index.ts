/**
 * The lesions of a mask that is being edited. What is known of a slice, and of how it hangs together
 * with the next, is kept until the slice changes: after a stroke only its slices are looked at again,
 * however large the scan.
 */
import type { Steps } from '../edit/steps';
import type { Vec3 } from '../volume';
import { touchingSlices } from './components';
import type { MeasureGrid } from './grid';
import { joinLesion, type Lesion, type MeasuredLesion, numbered } from './lesion';
import { type LesionPart, type MeasuredScan, partsOf } from './lesion-part';

/** A slice with blood. */
interface KnownSlice {
  readonly runs: Uint32Array;
  readonly parts: readonly LesionPart[];
  /** For each run, which of the parts it belongs to. */
  readonly partOfRun: Uint32Array;
  /** Parts of this slice and of the next that touch; holds while the next one is `above`. */
  links?: { readonly above: KnownSlice; readonly pairs: readonly (readonly [LesionPart, LesionPart])[] };
}

/** Slices or lesions put together between two yields. */
const PER_STEP = 20;

export class LesionIndex {
  private readonly slices = new Map<number, KnownSlice>();
  /** By first part: the lesion as it was measured, and the parts that it had. */
  private readonly measured = new WeakMap<LesionPart, { parts: readonly LesionPart[]; lesion: MeasuredLesion }>();
  private lesionOfPart: ReadonlyMap<LesionPart, Lesion> = new Map();

  /** @param scan Adds HU. */
  constructor(
    private readonly grid: MeasureGrid,
    private readonly scan?: MeasuredScan,
  ) {}

  /**
   * Looks again at the slices that have changed; returns the lesions, largest volume first.
   * @param runs Packed runs of slice k as they are now.
   * @param changed Each slice is taken out as it is done, so what is left after an update that was
   *   stopped is what the next has to do.
   */
  *update(runs: (k: number) => Uint32Array, changed: Set<number>): Steps<readonly Lesion[]> {
    let done = 0;
    for (const k of changed) {
      changed.delete(k);
      this.learn(k, runs(k));
      yield { done: ++done, total: done + changed.size };
    }
    const groups = yield* this.groups();
    const lesions: { lesion: MeasuredLesion; parts: readonly LesionPart[] }[] = [];
    for (const parts of groups) {
      const lesion = this.measure(parts);
      if (lesion) lesions.push({ lesion, parts });
      if (lesions.length % PER_STEP === 0) yield { done: lesions.length, total: groups.length };
    }
    // Groups come in order of their first voxel, so equal volumes keep that order.
    lesions.sort((a, b) => b.lesion.volume - a.lesion.volume);
    const owners = new Map<LesionPart, Lesion>();
    const list = lesions.map(({ lesion, parts }, n): Lesion => {
      const result = numbered(lesion, n + 1);
      for (const part of parts) owners.set(part, result);
      return result;
    });
    this.lesionOfPart = owners;
    return list;
  }

  /** The lesion of a voxel (i, j, k), as the last update found it; undefined where there is none. */
  at([i, j, k]: Vec3): Lesion | undefined {
    const slice = this.slices.get(k);
    if (!slice) return undefined;
    const { runs } = slice;
    // The last run that does not begin behind the voxel.
    let [low, high] = [0, runs.length / 4];
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = runs[4 * middle + 1] ?? 0;
      if (row < j || (row === j && (runs[4 * middle + 2] ?? 0) <= i)) low = middle + 1;
      else high = middle;
    }
    const n = low - 1;
    if (n < 0 || runs[4 * n + 1] !== j || i >= (runs[4 * n + 2] ?? 0) + (runs[4 * n + 3] ?? 0)) return undefined;
    const part = slice.parts[slice.partOfRun[n] ?? 0];
    return part && this.lesionOfPart.get(part);
  }

  private learn(k: number, runs: Uint32Array): void {
    if (runs.length === 0) {
      this.slices.delete(k);
      return;
    }
    const parts = partsOf(k, runs, this.scan);
    const owners = new Map<number, number>();
    for (const [p, part] of parts.entries())
      for (let n = 0; n < part.runs.length; n += 4) owners.set(startOf(part.runs, n), p);
    const partOfRun = Uint32Array.from({ length: runs.length / 4 }, (_, n) => owners.get(startOf(runs, 4 * n)) ?? 0);
    this.slices.set(k, { runs, parts, partOfRun });
  }

  private linksOf(slice: KnownSlice, above: KnownSlice): readonly (readonly [LesionPart, LesionPart])[] {
    if (slice.links?.above === above) return slice.links.pairs;
    const pairs = new Map<number, readonly [LesionPart, LesionPart]>();
    touchingSlices(slice.runs, above.runs, (a, b) => {
      const [p, q] = [slice.partOfRun[a] ?? 0, above.partOfRun[b] ?? 0];
      const [part, other] = [slice.parts[p], above.parts[q]];
      if (part && other) pairs.set(p * above.parts.length + q, [part, other]);
    });
    slice.links = { above, pairs: [...pairs.values()] };
    return slice.links.pairs;
  }

  /** Parts that hang together, each list in order of slices; the lists in order of their first voxel. */
  private *groups(): Steps<LesionPart[][]> {
    const order = [...this.slices.keys()].sort((a, b) => a - b);
    const parents = new Map<LesionPart, LesionPart>();
    const rootOf = (part: LesionPart): LesionPart => {
      let at = part;
      for (let up = parents.get(at); up !== undefined; up = parents.get(at)) {
        const above = parents.get(up);
        if (above) parents.set(at, above);
        at = up;
      }
      return at;
    };
    for (const k of order) {
      const slice = this.slices.get(k);
      const above = this.slices.get(k + 1);
      if (!slice || !above) continue;
      // Only links that are not known yet take time.
      if (slice.links?.above !== above) yield { done: k, total: order.length };
      for (const [part, other] of this.linksOf(slice, above)) {
        const [a, b] = [rootOf(part), rootOf(other)];
        if (a !== b) parents.set(b, a);
      }
    }
    const groups = new Map<LesionPart, LesionPart[]>();
    for (const k of order) {
      for (const part of this.slices.get(k)?.parts ?? []) {
        const root = rootOf(part);
        const group = groups.get(root);
        if (group) group.push(part);
        else groups.set(root, [part]);
      }
    }
    return [...groups.values()];
  }

  private measure(parts: readonly LesionPart[]): MeasuredLesion | undefined {
    const [first] = parts;
    if (!first) return undefined;
    const known = this.measured.get(first);
    if (known?.parts.length === parts.length && parts.every((part, n) => part === known.parts[n])) return known.lesion;
    const lesion = joinLesion(parts, this.grid);
    if (lesion) this.measured.set(first, { parts, lesion });
    return lesion;
  }
}

/** Names the run at n among those of a slice; rows have fewer than 65536 columns. */
function startOf(runs: Uint32Array, n: number): number {
  return (runs[n + 1] ?? 0) * 65536 + (runs[n + 2] ?? 0);
}
