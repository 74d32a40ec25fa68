/** Deciding what a merge left open: by taking a side, or by painting over it. */
import type { Conflict, Sides } from '../annotation/annotation';
import { eachConflictingVoxel, filterVoxels, statementKey } from '../annotation/conflicts';
import type { ImageReference } from '../annotation/image';
import { type MaskChange, NUMBERS_PER_RUN } from '../edit/changes';
import type { FieldChange } from './edit';
import type { AnnotationFields } from './fields';

export type Side = keyof Sides<unknown>;

/** What an edit does to an annotation, without its name. */
export interface Decision {
  readonly mask: MaskChange;
  readonly fields: readonly FieldChange[];
}

/**
 * The edit that takes one side of some of the open conflicts and strikes them off the record.
 * @param fields What the annotation states now, with all that is open.
 * @param labelAt Label of a voxel as it is now.
 * @param chosen Conflicts, or parts of them, of `fields.conflicts`.
 */
export function takeSide(
  fields: AnnotationFields,
  labelAt: (slice: number, row: number, column: number) => number,
  chosen: readonly Conflict[],
  side: Side,
): Decision {
  const mask = chosen.flatMap((conflict) => {
    if (conflict.kind !== 'voxels') return [];
    const { slice } = conflict;
    const runs: number[] = [];
    eachConflictingVoxel(conflict, (row, column, base, ours, theirs) => {
      const before = labelAt(slice, row, column);
      const after = { base, ours, theirs }[side];
      if (before !== after) addVoxel(runs, row, column, before, after);
    });
    return runs.length === 0 ? [] : [{ slice, runs: Uint32Array.from(runs) }];
  });
  return { mask, fields: [...statements(fields, chosen, side), ...struckOff(fields.conflicts ?? [], chosen)] };
}

function addVoxel(runs: number[], row: number, column: number, before: number, after: number): void {
  const n = runs.length - NUMBERS_PER_RUN;
  const length = runs[n + 2] ?? 0;
  const follows = runs[n] === row && (runs[n + 1] ?? 0) + length === column;
  if (follows && runs[n + 3] === before && runs[n + 4] === after) runs[n + 2] = length + 1;
  else runs.push(row, column, 1, before, after);
}

function statements(fields: AnnotationFields, chosen: readonly Conflict[], side: Side): FieldChange[] {
  return chosen.flatMap((conflict): FieldChange[] => {
    if (conflict.kind === 'voxels') return [];
    switch (conflict.what) {
      case 'review':
        return changed({ field: 'review', before: fields.review, after: conflict[side] });
      case 'patient': {
        const { subtype } = conflict;
        return changed({ field: 'patient', subtype, before: fields.patient[subtype], after: conflict[side] });
      }
      case 'slice': {
        const { slice, subtype } = conflict;
        const before = fields.slices.find((one) => one.slice === slice)?.present[subtype] ?? null;
        return changed({ field: 'slice', slice, subtype, before, after: conflict[side] });
      }
      default: {
        const { image } = fields;
        if (!image) throw new RangeError('The name of the image is not at hand.');
        return changed({ field: 'image', before: image, after: named(image, conflict[side]) });
      }
    }
  });
}

function named({ file: _, ...image }: ImageReference, file: string | null): ImageReference {
  return file === null ? image : { file, ...image };
}

function changed(change: FieldChange): FieldChange[] {
  return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
}

/** The record without what has been decided. */
function struckOff(open: readonly Conflict[], decided: readonly Conflict[]): FieldChange[] {
  const keys = new Set(decided.flatMap((conflict) => (conflict.kind === 'statement' ? [statementKey(conflict)] : [])));
  const voxels = new Set<string>();
  for (const conflict of decided) {
    if (conflict.kind !== 'voxels') continue;
    eachConflictingVoxel(conflict, (row, column) => voxels.add(`${conflict.slice} ${row} ${column}`));
  }
  const after = open.flatMap((conflict): Conflict[] => {
    if (conflict.kind === 'statement') return keys.has(statementKey(conflict)) ? [] : [conflict];
    return filterVoxels(conflict, (row, column) => !voxels.has(`${conflict.slice} ${row} ${column}`));
  });
  return [{ field: 'conflicts', before: open, after }];
}

/** What goes with an edit of the mask: voxels in conflict that it changes are decided by it. */
export function decidedByPainting(open: readonly Conflict[], mask: MaskChange): FieldChange[] {
  const bySlice = new Map(mask.map(({ slice, runs }) => [slice, runs]));
  let touched = false;
  const after = open.flatMap((conflict): Conflict[] => {
    const runs = conflict.kind === 'voxels' ? bySlice.get(conflict.slice) : undefined;
    if (conflict.kind !== 'voxels' || !runs) return [conflict];
    const painted = new Map<number, (readonly [number, number])[]>();
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const [row = 0, first = 0, length = 0] = runs.subarray(n, n + 3);
      painted.set(row, [...(painted.get(row) ?? []), [first, first + length]]);
    }
    return filterVoxels(conflict, (row, column) => {
      const hit = painted.get(row)?.some(([first, end]) => column >= first && column < end) === true;
      touched ||= hit;
      return !hit;
    });
  });
  return touched ? [{ field: 'conflicts', before: open, after }] : [];
}
