/** The conflicts of a merge as a person decides them: lesion by lesion, statement by statement. */
import type { Conflict, StatementConflict, VoxelConflict } from '../annotation/annotation';
import { ConflictWriter, conflictingVoxels, eachConflictingVoxel } from '../annotation/conflicts';
import type { SliceRuns } from '../annotation/runs';
import { type Subtype, subtypeOf } from '../annotation/subtype';
import { components } from '../measure/components';
import type { Vec3 } from '../volume';

/** The voxels in conflict of one lesion. */
export interface ConflictPlace {
  readonly kind: 'place';
  readonly conflicts: readonly VoxelConflict[];
  readonly voxels: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  /** A voxel in the middle of it. */
  readonly at: Vec3;
  /** What each side has there, in label order; null for no blood. */
  readonly ours: readonly (Subtype | null)[];
  readonly theirs: readonly (Subtype | null)[];
  /** The voxels in conflict as a mask. */
  readonly masks: readonly SliceRuns[];
}

export type ConflictGroup = ConflictPlace | StatementConflict;

/**
 * Statements first, then the voxels in conflict lesion by lesion, in order of their first voxel. A
 * lesion is a part, connected in 3-D with corners included and whatever the subtypes, of the blood of
 * either side: the mask as it was merged, and the voxels in conflict.
 * @param masks The mask as it is now, slices in any order; without it conflicts that touch go together.
 */
export function groupConflicts(conflicts: readonly Conflict[], masks: readonly SliceRuns[] = []): ConflictGroup[] {
  const voxels = conflicts.filter((conflict) => conflict.kind === 'voxels');
  const statements = conflicts.filter((conflict) => conflict.kind === 'statement');
  const lesionAt = lesionsOf([...masks, ...voxels.map(maskOf)]);
  const parts = new Map<number, Map<number, ConflictWriter>>();
  for (const conflict of voxels) {
    eachConflictingVoxel(conflict, (row, column, base, ours, theirs) => {
      const lesion = lesionAt(conflict.slice, row, column);
      const slices = parts.get(lesion) ?? new Map<number, ConflictWriter>();
      parts.set(lesion, slices);
      const writer = slices.get(conflict.slice) ?? new ConflictWriter();
      slices.set(conflict.slice, writer);
      writer.add(row, column, base, ours, theirs);
    });
  }
  const places = [...parts.values()].map((slices) =>
    placeOf([...slices].flatMap(([slice, writer]) => writer.finish(slice))),
  );
  return [...statements, ...places];
}

type Stretch = readonly [start: number, end: number, lesion: number];

/** Numbers the lesions of masks that are laid over each other; the number of one for each of their voxels. */
function lesionsOf(masks: readonly SliceRuns[]): (slice: number, row: number, column: number) => number {
  const bySlice = new Map<number, Uint32Array[]>();
  for (const { slice, runs } of masks) bySlice.set(slice, [...(bySlice.get(slice) ?? []), runs]);
  const union = [...bySlice].map(([slice, all]) => ({ slice, runs: unionOf(all) }));
  const places = new Map<string, Stretch[]>();
  components(union).forEach(({ slices }, lesion) => {
    for (const { slice, runs } of slices)
      for (let n = 0; n < runs.length; n += 4) {
        const [, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
        const key = `${slice} ${row}`;
        const line = places.get(key);
        if (line) line.push([start, start + length, lesion]);
        else places.set(key, [[start, start + length, lesion]]);
      }
  });
  return (slice, row, column) =>
    places.get(`${slice} ${row}`)?.find(([start, end]) => column >= start && column < end)?.[2] ?? -1;
}

/** What any of several masks of a slice covers, as one of a single label. */
function unionOf(masks: readonly Uint32Array[]): Uint32Array {
  const runs: (readonly [row: number, start: number, end: number])[] = [];
  for (const mask of masks)
    for (let n = 0; n < mask.length; n += 4)
      runs.push([mask[n + 1] ?? 0, mask[n + 2] ?? 0, (mask[n + 2] ?? 0) + (mask[n + 3] ?? 0)]);
  runs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const union: number[] = [];
  for (const [row, start, end] of runs) {
    const last = union.length - 4;
    const lastEnd = (union[last + 2] ?? 0) + (union[last + 3] ?? 0);
    if (union[last + 1] === row && start <= lastEnd) union[last + 3] = Math.max(lastEnd, end) - (union[last + 2] ?? 0);
    else union.push(1, row, start, end - start);
  }
  return Uint32Array.from(union);
}

/** The voxels of a conflict as a mask of one label, neighbours joined. */
function maskOf(conflict: VoxelConflict): SliceRuns {
  const runs: number[] = [];
  eachConflictingVoxel(conflict, (row, column) => {
    const n = runs.length - 4;
    const length = runs[n + 3] ?? 0;
    if (runs[n + 1] === row && (runs[n + 2] ?? 0) + length === column) runs[n + 3] = length + 1;
    else runs.push(1, row, column, 1);
  });
  return { slice: conflict.slice, runs: Uint32Array.from(runs) };
}

function placeOf(conflicts: readonly VoxelConflict[]): ConflictPlace {
  const [ours, theirs] = [new Set<number>(), new Set<number>()];
  const all: Vec3[] = [];
  for (const conflict of conflicts)
    eachConflictingVoxel(conflict, (row, column, _base, mine, other) => {
      ours.add(mine);
      theirs.add(other);
      all.push([column, row, conflict.slice]);
    });
  const names = (labels: ReadonlySet<number>): (Subtype | null)[] =>
    [...labels].sort((a, b) => a - b).map((label) => subtypeOf(label) ?? null);
  return {
    kind: 'place',
    conflicts,
    voxels: conflictingVoxels(conflicts),
    firstSlice: conflicts[0]?.slice ?? 0,
    lastSlice: conflicts.at(-1)?.slice ?? 0,
    at: all[all.length >> 1] ?? [0, 0, 0],
    ours: names(ours),
    theirs: names(theirs),
    masks: conflicts.map(maskOf),
  };
}
