/** What differs between two annotations of one scan: for `hemorica diff`, `git diff` and messages. */
import { type Annotation, type Box, masksOf, type Presence, type Review } from '../annotation/annotation';
import { conflictingVoxels } from '../annotation/conflicts';
import { SUBTYPES, type Subtype, subtypeOf } from '../annotation/subtype';
import { diffAnnotations } from '../document/diff';
import type { FieldChange } from '../document/edit';
import { NUMBERS_PER_RUN } from '../edit/changes';
import { compareMasks, describeChange, gridOfImage, type SubtypeChange } from '../measure/compare';

export interface Relabeling {
  readonly from: Subtype;
  readonly to: Subtype;
  readonly voxels: number;
}

export interface DiffSummary {
  /** Whether both say the same, in the mask and beside it. */
  readonly same: boolean;
  /** Subtypes that either has, in label order; here relabeled voxels count as removed and added. */
  readonly subtypes: readonly SubtypeChange[];
  /** Voxels without blood before, without blood after, and with another subtype. */
  readonly added: number;
  readonly removed: number;
  readonly relabeled: readonly Relabeling[];
  /** Slices (k, from 0) whose mask differs. */
  readonly changedSlices: readonly number[];
  /** What differs beside the mask, one line each; slices count from 1. */
  readonly statements: readonly string[];
}

/**
 * Summarizes how `after` differs from `before`. Volumes come from the annotations' own geometry:
 * exact for evenly spaced slices, an estimate for others. Throws RangeError if the sizes of their
 * images differ, since voxels then have no counterpart.
 */
export function summarizeDiff(before: Annotation, after: Annotation): DiffSummary {
  const { mask, fields } = diffAnnotations(before, after, '');
  let [added, removed] = [0, 0];
  const relabeled = new Map<string, Relabeling>();
  for (const { runs } of mask) {
    for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
      const [length = 0, old = 0, young = 0] = runs.subarray(n + 2, n + NUMBERS_PER_RUN);
      const [from, to] = [subtypeOf(old), subtypeOf(young)];
      if (from === undefined) added += length;
      else if (to === undefined) removed += length;
      else {
        const key = `${old} ${young}`;
        relabeled.set(key, { from, to, voxels: (relabeled.get(key)?.voxels ?? 0) + length });
      }
    }
  }
  const changedSlices = mask.filter(({ runs }) => runs.length > 0).map(({ slice }) => slice);
  return {
    same: changedSlices.length === 0 && fields.length === 0,
    subtypes: compareMasks(masksOf(before), masksOf(after), gridOfImage(after)),
    added,
    removed,
    relabeled: [...relabeled.values()].sort(
      (a, b) => SUBTYPES.indexOf(a.from) - SUBTYPES.indexOf(b.from) || SUBTYPES.indexOf(a.to) - SUBTYPES.indexOf(b.to),
    ),
    changedSlices,
    statements: describeFields(fields),
  };
}

/** The summary in lines: a line a subtype, then voxels, then what is stated beside the mask. */
export function describeDiff(summary: DiffSummary): string[] {
  const { subtypes, added, removed, relabeled, changedSlices, statements } = summary;
  const counts = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...relabeled.map(({ from, to, voxels }) => `${voxels} relabeled ${from} -> ${to}`),
  ];
  const slices = changedSlices.length === 1 ? '1 slice' : `${changedSlices.length} slices`;
  return [
    ...describeChange(subtypes),
    ...(counts.length > 0 ? [`voxels: ${counts.join(', ')} on ${slices}`] : []),
    ...statements,
  ];
}

/** One line a changed statement; who made what is told in one line for all of it. */
function describeFields(fields: readonly FieldChange[]): string[] {
  const provenance = fields.some(({ field }) => field === 'made' || field === 'sources' || field === 'editors');
  const lines = fields.flatMap((change): string[] => {
    switch (change.field) {
      case 'patient':
        return [`patient ${change.subtype}: ${presence(change.before)} -> ${presence(change.after)}`];
      case 'slice':
        return [`slice ${change.slice + 1} ${change.subtype}: ${presence(change.before)} -> ${presence(change.after)}`];
      case 'boxes':
        return [`slice ${change.slice + 1} ${change.subtype}: boxes ${boxes(change.before)} -> ${boxes(change.after)}`];
      case 'comments': {
        const key = (comment: unknown): string => JSON.stringify(comment);
        const [old, young] = [new Set(change.before.map(key)), new Set(change.after.map(key))];
        const line = (sign: string, { text, by }: { readonly text: string; readonly by?: string }): string =>
          `slice ${change.slice + 1}: ${sign} "${text.replace(/\s+/g, ' ')}"${by === undefined ? '' : ` (${by})`}`;
        return [
          ...change.before.filter((comment) => !young.has(key(comment))).map((comment) => line('-', comment)),
          ...change.after.filter((comment) => !old.has(key(comment))).map((comment) => line('+', comment)),
        ];
      }
      case 'review':
        return [`review: ${review(change.before)} -> ${review(change.after)}`];
      case 'image':
        return [
          change.before.sha256 === change.after.sha256 && change.before.file !== change.after.file
            ? `image: ${change.before.file ?? 'by its series'} -> ${change.after.file ?? 'by its series'}`
            : 'image: the annotations name different scans',
        ];
      case 'conflicts':
        return [`conflicts of a merge: ${describeOpen(change.before)} -> ${describeOpen(change.after)}`];
      default:
        return [];
    }
  });
  return provenance ? [...lines, 'who or what made it: changed'] : lines;
}

/** How many conflicts are open, such as "120 voxels, 2 statements". */
export function describeOpen(conflicts: NonNullable<Annotation['conflicts']>): string {
  const voxels = conflictingVoxels(conflicts);
  const statements = conflicts.filter(({ kind }) => kind === 'statement').length;
  const parts = [
    ...(voxels > 0 ? [`${voxels} ${voxels === 1 ? 'voxel' : 'voxels'}`] : []),
    ...(statements > 0 ? [`${statements} ${statements === 1 ? 'statement' : 'statements'}`] : []),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function presence(value: Presence): string {
  if (value === null) return 'as the mask says';
  return value ? 'present' : 'absent';
}

function review({ state, by }: Review): string {
  return by === undefined ? state : `${state} by ${by}`;
}

function boxes(list: readonly Box[]): string {
  return list.length === 0 ? 'none' : list.map((box) => `[${box.join(', ')}]`).join(' ');
}
