/** Disagreement over a cohort as a table of values, for programs; slices and voxels count from 0. */
import { encodeTable } from '../csv';
import { CLASSES } from './counts';
import { diceOf, type LabelTable, overlapOf, type ScanDisagreement } from './disagreement';

/** One annotation of a cohort. */
export interface CohortScan {
  /** Path of the annotation below the compared folder, with `/`. */
  readonly name: string;
  /** Undefined where the comparison failed, for the reason that `problem` gives. */
  readonly disagreement?: ScanDisagreement;
  readonly problem?: string;
}

const COLUMNS = [
  'level',
  'annotation',
  'class',
  'kind',
  'other',
  'slice',
  'last_slice',
  'i',
  'j',
  'dice',
  'missed_ml',
  'false_ml',
  'flipped_ml',
  'flipped_voxels',
  'label_flips',
  'volume_ml',
  'overlap',
  'problem',
] as const;

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number>>>;

/** CSV with a row for each scan and slice in each class that either side has there, and for each lesion. */
export function disagreementCsv(scans: readonly CohortScan[]): string {
  const rows = scans.flatMap(rowsOf);
  return encodeTable([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]);
}

function rowsOf({ name, disagreement, problem }: CohortScan): Row[] {
  const annotation = name;
  if (!disagreement) return [{ level: 'scan', annotation, problem: problem ?? 'not compared' }];
  const { voxels, volumes, flips, slices, lesions } = disagreement;
  return [
    ...classes(voxels, volumes, flips).map((row) => ({ level: 'scan', annotation, ...row })),
    ...slices.flatMap(({ slice, voxels: here, unit, flips: labels, at: [i, j] }) =>
      classes(
        here,
        here.map((count) => count * unit),
        labels,
      ).map((row) => ({ level: 'slice', annotation, slice, i, j, ...row })),
    ),
    ...lesions.map(({ kind, subtype, other, volume, overlap, firstSlice, lastSlice, at: [i, j] }) => ({
      level: 'lesion',
      annotation,
      class: subtype,
      kind,
      ...(other !== undefined && { other }),
      slice: firstSlice,
      last_slice: lastSlice,
      i,
      j,
      volume_ml: rounded(volume),
      overlap: rounded(overlap),
    })),
  ];
}

function classes(voxels: LabelTable, volumes: LabelTable, flips: readonly string[]): Row[] {
  return CLASSES.flatMap((of): Row[] => {
    const dice = diceOf(voxels, of);
    const labels = flips.filter((subtype) => of === 'any' || subtype === of).length;
    if (of !== 'any' && dice === undefined && labels === 0) return [];
    const { missed, false: falsely, flipped } = overlapOf(volumes, of);
    return [
      {
        class: of,
        ...(dice !== undefined && { dice: rounded(dice) }),
        missed_ml: rounded(missed),
        false_ml: rounded(falsely),
        flipped_ml: rounded(flipped),
        flipped_voxels: overlapOf(voxels, of).flipped,
        label_flips: labels,
      },
    ];
  });
}

/** More digits would say more than a voxel does. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
