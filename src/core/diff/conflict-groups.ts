/** The conflicts of a merge as a person decides them: place by place, statement by statement. */
import type { Conflict, StatementConflict, VoxelConflict } from '../annotation/annotation';
import { conflictingVoxels, eachConflictingVoxel, filterVoxels } from '../annotation/conflicts';
import type { SliceRuns } from '../annotation/runs';
import { type Subtype, subtypeOf } from '../annotation/subtype';
import { components } from '../measure/components';
import type { Vec3 } from '../volume';

/** Voxels in conflict that hang together. */
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
  /** The place as a mask. */
  readonly masks: readonly SliceRuns[];
}

export type ConflictGroup = ConflictPlace | StatementConflict;

/** Statements first, then places in order of their first voxel. */
export function groupConflicts(conflicts: readonly Conflict[]): ConflictGroup[] {
  const voxels = conflicts.filter((conflict) => conflict.kind === 'voxels');
  const statements = conflicts.filter((conflict) => conflict.kind === 'statement');
  const bySlice = new Map(voxels.map((conflict) => [conflict.slice, conflict]));
  const places = components(voxels.map(maskOf)).map(({ slices }) => {
    const parts = slices.flatMap(({ slice, runs }) => {
      const conflict = bySlice.get(slice);
      return conflict ? filterVoxels(conflict, (row, column) => covers(runs, row, column)) : [];
    });
    return placeOf(parts, slices);
  });
  return [...statements, ...places];
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

function covers(runs: Uint32Array, row: number, column: number): boolean {
  for (let n = 0; n < runs.length; n += 4) {
    const start = runs[n + 2] ?? 0;
    if (runs[n + 1] === row && column >= start && column < start + (runs[n + 3] ?? 0)) return true;
  }
  return false;
}

function placeOf(conflicts: readonly VoxelConflict[], masks: readonly SliceRuns[]): ConflictPlace {
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
    masks,
  };
}
