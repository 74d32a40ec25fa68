/** What a merge left to the user: in order, counted, and without what has been settled. */
import type { Conflict, StatementConflict, VoxelConflict } from './annotation';
import { SUBTYPES } from './subtype';

/** Numbers in a run of a `VoxelConflict`. */
export const NUMBERS_PER_CONFLICT = 6;

const ORDER: readonly StatementConflict['what'][] = ['review', 'file', 'patient', 'slice'];

/** Review, file name and patient first, then slice by slice its labels and its voxels. */
export function orderConflicts(conflicts: readonly Conflict[]): Conflict[] {
  const rank = (conflict: Conflict): readonly number[] => {
    const slice = 'slice' in conflict ? conflict.slice : -1;
    if (conflict.kind === 'voxels') return [slice, ORDER.length, 0];
    return [slice, ORDER.indexOf(conflict.what), 'subtype' in conflict ? SUBTYPES.indexOf(conflict.subtype) : 0];
  };
  return [...conflicts].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const differs = one.findIndex((value, n) => value !== other[n]);
    return differs < 0 ? 0 : (one[differs] ?? 0) - (other[differs] ?? 0);
  });
}

/** Names what a statement is about: two conflicts with one key are about the same. */
export function statementKey(conflict: StatementConflict): string {
  const slice = 'slice' in conflict ? conflict.slice : '';
  return `${conflict.what} ${slice} ${'subtype' in conflict ? conflict.subtype : ''}`;
}

/** Number of voxels in conflict. */
export function conflictingVoxels(conflicts: readonly Conflict[]): number {
  let count = 0;
  for (const conflict of conflicts) {
    if (conflict.kind !== 'voxels') continue;
    for (let n = 2; n < conflict.runs.length; n += NUMBERS_PER_CONFLICT) count += conflict.runs[n] ?? 0;
  }
  return count;
}

/** Goes through the voxels of a conflict one by one. */
export function eachConflictingVoxel(
  { runs }: VoxelConflict,
  visit: (row: number, column: number, base: number, ours: number, theirs: number) => void,
): void {
  for (let n = 0; n < runs.length; n += NUMBERS_PER_CONFLICT) {
    const [row = 0, first = 0, length = 0, base = 0, ours = 0, theirs = 0] = runs.subarray(n, n + NUMBERS_PER_CONFLICT);
    for (let column = first; column < first + length; column++) visit(row, column, base, ours, theirs);
  }
}

/** Collects voxels in order of row and column as runs of a `VoxelConflict`. */
export class ConflictWriter {
  readonly #runs: number[] = [];

  add(row: number, column: number, base: number, ours: number, theirs: number): void {
    const runs = this.#runs;
    const n = runs.length - NUMBERS_PER_CONFLICT;
    const length = runs[n + 2] ?? 0;
    const follows = runs[n] === row && (runs[n + 1] ?? 0) + length === column;
    if (follows && runs[n + 3] === base && runs[n + 4] === ours && runs[n + 5] === theirs) runs[n + 2] = length + 1;
    else runs.push(row, column, 1, base, ours, theirs);
  }

  finish(slice: number): VoxelConflict[] {
    return this.#runs.length === 0 ? [] : [{ kind: 'voxels', slice, runs: Uint32Array.from(this.#runs) }];
  }
}

/** The part of a voxel conflict that `keep` says yes to; none or one. */
export function filterVoxels(conflict: VoxelConflict, keep: (row: number, column: number) => boolean): VoxelConflict[] {
  const writer = new ConflictWriter();
  eachConflictingVoxel(conflict, (row, column, base, ours, theirs) => {
    if (keep(row, column)) writer.add(row, column, base, ours, theirs);
  });
  return writer.finish(conflict.slice);
}
