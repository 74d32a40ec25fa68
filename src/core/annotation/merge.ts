/** Three-way merge of annotations, voxel by voxel: for the merge driver and for documents that changed on disk. */
import { type Annotation, bySubtype, type Finding, type SliceAnnotation } from './annotation';
import { encodeRuns, paintRuns } from './runs';
import type { Subtype } from './subtype';

/** Voxels of a slice that both sides changed, each to another label. `ours` is what the merged annotation has. */
export interface VoxelConflict {
  readonly kind: 'voxels';
  readonly slice: number;
  /** Six numbers a run: row, first column, length, labels in base, ours and theirs; ordered by row and column. */
  readonly runs: Uint32Array;
}

/** A statement that both sides changed, each in another way; the merged annotation has that of ours. */
export interface StatementConflict {
  readonly kind: 'statement';
  readonly what: 'review' | 'patient' | 'slice';
  readonly slice?: number;
  readonly subtype?: Subtype;
}

export type Conflict = VoxelConflict | StatementConflict;

export interface Merge {
  /** Always a valid annotation, with both sides' changes; where they conflict, with ours. */
  readonly merged: Annotation;
  readonly conflicts: readonly Conflict[];
}

/** Numbers in a run of a `VoxelConflict`. */
export const NUMBERS_PER_CONFLICT = 6;

/**
 * Merges what two sides made of one annotation. Only voxels and labels that both changed
 * differently are conflicts; boxes, comments and sources are merged as sets. Throws RangeError if
 * the three are not of one image.
 */
export function mergeAnnotations(base: Annotation, ours: Annotation, theirs: Annotation): Merge {
  for (const side of [ours, theirs]) {
    const same = side.image.sha256 === base.image.sha256 && String(side.image.size) === String(base.image.size);
    if (!same) throw new RangeError('The annotations are of different images and cannot be merged.');
  }
  const conflicts: Conflict[] = [];
  const pick = <T>(values: Sides<T>, conflict: StatementConflict): T => {
    const { value, clash } = choose(values);
    if (clash) conflicts.push(conflict);
    return value;
  };
  const review = pick(
    { base: base.review, ours: ours.review, theirs: theirs.review },
    { kind: 'statement', what: 'review' },
  );
  const patient = bySubtype((subtype) =>
    pick(
      { base: base.patient[subtype], ours: ours.patient[subtype], theirs: theirs.patient[subtype] },
      { kind: 'statement', what: 'patient', subtype },
    ),
  );
  const slices = base.slices.map((slice, k): SliceAnnotation => {
    const one = ours.slices[k] ?? slice;
    const other = theirs.slices[k] ?? slice;
    if (one === slice) return other;
    if (other === slice) return one;
    const voxels = mergeRuns({ base: slice.runs, ours: one.runs, theirs: other.runs }, base.image.size);
    if (voxels.conflict.length > 0) conflicts.push({ kind: 'voxels', slice: k, runs: voxels.conflict });
    const finding = (subtype: Subtype): Finding => {
      const [b, o, t] = [slice, one, other].map(({ findings }) => findings[subtype]) as [Finding, Finding, Finding];
      return {
        present: pick(
          { base: b.present, ours: o.present, theirs: t.present },
          { kind: 'statement', what: 'slice', slice: k, subtype },
        ),
        boxes: mergeSets({ base: b.boxes, ours: o.boxes, theirs: t.boxes }),
        made: mergeSets({ base: b.made, ours: o.made, theirs: t.made }),
      };
    };
    return {
      runs: voxels.runs,
      findings: bySubtype(finding),
      editors: mergeEditors(slice, one, other),
      comments: mergeSets({ base: slice.comments, ours: one.comments, theirs: other.comments }),
    };
  });
  const made = mergeSets({ base: base.made, ours: ours.made, theirs: theirs.made });
  return { merged: { image: ours.image, review, made, patient, slices }, conflicts };
}

interface Sides<T> {
  readonly base: T;
  readonly ours: T;
  readonly theirs: T;
}

/** The side that changed; ours where both did, which is a clash unless they agree. */
function choose<T>({ base, ours, theirs }: Sides<T>): { readonly value: T; readonly clash: boolean } {
  const [b, o, t] = [base, ours, theirs].map((value) => JSON.stringify(value));
  return o === b ? { value: theirs, clash: false } : { value: ours, clash: t !== b && t !== o };
}

/** What neither side removed, in base's order, then what ours and then what theirs added; equal things once. */
function mergeSets<T>({ base, ours, theirs }: Sides<readonly T[]>): T[] {
  const key = (item: T): string => JSON.stringify(item);
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map((items) => new Set(items.map(key)));
  const result = new Map<string, T>();
  for (const item of base) if (inOurs?.has(key(item)) && inTheirs?.has(key(item))) result.set(key(item), item);
  for (const item of [...ours, ...theirs]) if (!inBase?.has(key(item))) result.set(key(item), item);
  return [...result.values()];
}

/** Who changed a row last; where both sides named someone else, our reader, since one name fits a row. */
function mergeEditors(base: SliceAnnotation, ours: SliceAnnotation, theirs: SliceAnnotation): Map<number, string> {
  const rows = [...new Set([...ours.editors.keys(), ...theirs.editors.keys()])].sort((a, b) => a - b);
  const editors = new Map<number, string>();
  for (const row of rows) {
    const name = choose({
      base: base.editors.get(row),
      ours: ours.editors.get(row),
      theirs: theirs.editors.get(row),
    }).value;
    if (name !== undefined) editors.set(row, name);
  }
  return editors;
}

function mergeRuns(
  { base, ours, theirs }: Sides<Uint32Array>,
  [width, height]: readonly [number, number, number],
): { readonly runs: Uint32Array; readonly conflict: Uint32Array } {
  const labelsOf = (runs: Uint32Array): Uint8Array => {
    const labels = new Uint8Array(width * height);
    paintRuns(runs, labels, width, height);
    return labels;
  };
  const [b, o, t] = [labelsOf(base), labelsOf(ours), labelsOf(theirs)];
  const conflict: number[] = [];
  const merged = o.map((mine, at) => {
    const [before = 0, other = 0] = [b[at], t[at]];
    if (mine === before) return other;
    if (other !== before && other !== mine) note(conflict, at, width, before, mine, other);
    return mine;
  });
  return { runs: encodeRuns(merged, width, height), conflict: Uint32Array.from(conflict) };
}

/** Adds a voxel to runs of conflicts, lengthening the last one where it goes on. */
function note(runs: number[], at: number, width: number, base: number, ours: number, theirs: number): void {
  const [row, column] = [Math.floor(at / width), at % width];
  const n = runs.length - NUMBERS_PER_CONFLICT;
  const length = runs[n + 2] ?? 0;
  const follows = runs[n] === row && (runs[n + 1] ?? 0) + length === column;
  if (follows && runs[n + 3] === base && runs[n + 4] === ours && runs[n + 5] === theirs) runs[n + 2] = length + 1;
  else runs.push(row, column, 1, base, ours, theirs);
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
