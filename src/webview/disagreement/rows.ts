/** What the lists show: rows of scans, slices and lesions, filtered and sorted. */
import { labelOf, SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import type { BloodClass } from '../../core/metrics/counts';
import {
  diceOf,
  type LabelTable,
  type LesionDisagreement,
  type LesionDisagreementKind,
  overlapOf,
} from '../../core/metrics/disagreement';
import type { Vec3 } from '../../core/volume';
import type { ListedScan } from '../../protocol/disagreement';

export interface Filter {
  readonly subtype: BloodClass;
  readonly kind: 'any' | LesionDisagreementKind;
}

interface Row {
  /** Names the row over changes of the list. */
  readonly key: string;
  readonly scan: string;
  /** Where to look; undefined for a scan as a whole. */
  readonly at?: Vec3;
}

/** What is compared of voxels; mL. */
interface Figures {
  readonly dice: number | undefined;
  readonly missed: number;
  readonly false: number;
  readonly flipped: number;
  readonly flippedVoxels: number;
  /** Missed, false and flipped together. */
  readonly differs: number;
}

export interface ScanRow extends Row {
  /** Undefined while the scan waits, and where it could not be compared. */
  readonly figures?: Figures;
  readonly labelFlips: number;
  /** Number of lesions of each kind. */
  readonly lesions: Readonly<Record<LesionDisagreementKind, number>>;
  readonly problem?: string;
}

/** A subtype that only the model (`found`) or only the annotation says a slice has. */
export interface LabelFlip {
  readonly subtype: Subtype;
  readonly found: boolean;
}

export interface SliceRow extends Row {
  readonly figures: Figures;
  readonly labelFlips: readonly LabelFlip[];
  /** From 1, as the viewer counts. */
  readonly number: number;
}

export interface LesionRow extends Row {
  readonly lesion: LesionDisagreement;
  /** First and last slice, from 1, as the viewer counts. */
  readonly numbers: readonly [number, number];
}

/** All rows of a scan that a filter lets through. */
export interface ScanRows {
  readonly scans: readonly ScanRow[];
  readonly slices: readonly SliceRow[];
  readonly lesions: readonly LesionRow[];
}

/** The rows of one scan. */
export function rowsOf(scan: ListedScan, filter: Filter): ScanRows {
  const { name, disagreement, problem } = scan;
  const none = { missed: 0, false: 0, flipped: 0 };
  if (!disagreement) {
    const row: ScanRow = {
      key: name,
      scan: name,
      labelFlips: 0,
      lesions: none,
      ...(problem !== undefined && { problem }),
    };
    return { scans: [row], slices: [], lesions: [] };
  }
  const { subtype: of, kind } = filter;
  const concerns = (subtype: Subtype): boolean => of === 'any' || subtype === of;
  const lesions = disagreement.lesions.filter(
    (lesion) => concerns(lesion.subtype) || (lesion.other !== undefined && concerns(lesion.other)),
  );
  const counts = { ...none };
  for (const lesion of lesions) counts[lesion.kind]++;
  const figures = figuresOf(disagreement.voxels, disagreement.volumes, of);
  const labelFlips = disagreement.flips.filter(concerns).length;
  const whole: ScanRow = { key: name, scan: name, figures, labelFlips, lesions: counts };
  const number = (k: number): number => (scan.order?.fromLast ? scan.order.slices - k : k + 1);
  return {
    scans: kind === 'any' || has(figures, labelFlips, kind) || counts[kind] > 0 ? [whole] : [],
    slices: disagreement.slices.flatMap(({ slice, voxels, unit, flips, at }): SliceRow[] => {
      const here = figuresOf(
        voxels,
        voxels.map((count) => count * unit),
        of,
      );
      const labels = flips.filter(concerns).map((subtype) => ({ subtype, found: inModel(voxels, subtype) }));
      if (!has(here, labels.length, kind)) return [];
      return [{ key: `${name}\n${slice}`, scan: name, figures: here, labelFlips: labels, number: number(slice), at }];
    }),
    lesions: lesions
      .filter((lesion) => kind === 'any' || lesion.kind === kind)
      .map((lesion) => {
        const ends = [number(lesion.firstSlice), number(lesion.lastSlice)] as const;
        const key = `${name}\n${lesion.kind} ${lesion.subtype} ${lesion.at.join(' ')}`;
        return { key, scan: name, lesion, numbers: [Math.min(...ends), Math.max(...ends)], at: lesion.at };
      }),
  };
}

function figuresOf(voxels: LabelTable, volumes: LabelTable, of: BloodClass): Figures {
  const { missed, false: falsely, flipped } = overlapOf(volumes, of);
  return {
    dice: diceOf(voxels, of),
    missed,
    false: falsely,
    flipped,
    flippedVoxels: overlapOf(voxels, of).flipped,
    differs: missed + falsely + flipped,
  };
}

function has(figures: Figures, labelFlips: number, kind: Filter['kind']): boolean {
  if (kind === 'any') return figures.differs > 0 || labelFlips > 0;
  return figures[kind] > 0 || (kind === 'flipped' && labelFlips > 0);
}

/** Whether a table has voxels of a subtype on the model's side. */
function inModel(table: LabelTable, subtype: Subtype): boolean {
  const labels = SUBTYPES.length + 1;
  return table.some((count, at) => count > 0 && at % labels === labelOf(subtype));
}

export type SortValue = number | string | undefined;

/** Rows by a value, largest first if `down`; rows without one come last either way, and equal ones keep their order. */
export function sortedBy<T>(rows: readonly T[], value: (row: T) => SortValue, down: boolean): T[] {
  const sign = down ? -1 : 1;
  const valued = rows.map((row) => ({ row, value: value(row) }));
  valued.sort((a, b) => {
    if (a.value === undefined || b.value === undefined)
      return Number(a.value === undefined) - Number(b.value === undefined);
    if (a.value === b.value) return 0;
    return (a.value < b.value ? -1 : 1) * sign;
  });
  return valued.map(({ row }) => row);
}
