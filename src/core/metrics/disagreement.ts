/**
 * Where a model and an annotation of one scan disagree, slice by slice and lesion by lesion.
 *
 * Counted as table of labels: at `annotation label * 6 + model label` (0 none, 1 to 5 EPH SDH SAH IPH
 * IVH) the voxels to which the two give these labels. Works on runs, so the cost follows the masks.
 */
import type { SliceRuns } from '../annotation/runs';
import { labelOf, SUBTYPES, type Subtype, subtypeOf } from '../annotation/subtype';
import { NUMBERS_PER_RUN, type SliceChange } from '../edit/changes';
import { changeBetween } from '../mask/changes';
import { type Component, components } from '../measure/components';
import { countLabels, type MeasureGrid, voxelVolume } from '../measure/grid';
import type { Vec3 } from '../volume';
import type { BloodClass } from './counts';

const LABELS = SUBTYPES.length + 1;

/** A lesion counts as missed or false where less than this part of its volume overlaps with blood of the other side. */
export const LITTLE_OVERLAP = 0.1;

/** A table of labels, 36 numbers; that of neither being blood (the first) stays 0. */
export type LabelTable = readonly number[];

/** A slice on which the two are not the same. */
export interface SliceDisagreement {
  /** Slice index k. */
  readonly slice: number;
  readonly voxels: LabelTable;
  /** mL of one voxel of the slice. */
  readonly unit: number;
  /** Slice-label flips: subtypes that only one of the two says the slice has. */
  readonly flips: readonly Subtype[];
  /** A voxel (i, j, k) to look at: the middle of the longest run that differs, or the slice's middle. */
  readonly at: Vec3;
}

export type LesionDisagreementKind = 'missed' | 'false' | 'flipped';

/** A lesion (26-connected part of one subtype) that the other side does not have, or has as another subtype. */
export interface LesionDisagreement {
  /** Missed and flipped ones are the annotation's, false ones the model's. */
  readonly kind: LesionDisagreementKind;
  readonly subtype: Subtype;
  /** What the model calls most of a flipped one. */
  readonly other?: Subtype;
  /** mL, every slice with its own extent. */
  readonly volume: number;
  /** Part of its volume, 0 to 1, that the other side calls blood of any subtype. */
  readonly overlap: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  /** A voxel (i, j, k) of it to look at: the middle of the longest run on the slice where it is largest. */
  readonly at: Vec3;
}

export interface ScanDisagreement {
  readonly voxels: LabelTable;
  /** The same in mL. */
  readonly volumes: LabelTable;
  /** Slice-label flips of all slices. */
  readonly flips: readonly Subtype[];
  /** In order of k. */
  readonly slices: readonly SliceDisagreement[];
  readonly lesions: readonly LesionDisagreement[];
}

/** What is compared: masks (slices without blood may be missing) of one scan. */
export interface DisagreementInput {
  readonly annotation: readonly SliceRuns[];
  readonly model: readonly SliceRuns[];
  /** Subtypes of slice k as the annotation states them, or as its mask has them. */
  readonly labelsOf: (k: number) => readonly Subtype[];
  readonly size: Vec3;
  readonly grid: Pick<MeasureGrid, 'column' | 'row' | 'positions' | 'extents'>;
}

/** Compares a model's mask with an annotation. Throws RangeError for slices that the grid does not have. */
export function disagreementOf({ annotation, model, labelsOf, size, grid }: DisagreementInput): ScanDisagreement {
  const [ours, theirs] = [bySlice(annotation), bySlice(model)];
  const changes = new Map(changeBetween(annotation, model).map((change) => [change.slice, change]));
  const voxels = emptyTable();
  const volumes = emptyTable();
  const slices: SliceDisagreement[] = [];
  for (let k = 0; k < size[2]; k++) {
    const change = changes.get(k);
    const inModel = countLabels(theirs.get(k) ?? NO_RUNS);
    const table = tableOf(countLabels(ours.get(k) ?? NO_RUNS), change);
    const unit = voxelVolume(grid, k);
    table.forEach((count, at) => {
      voxels[at] = (voxels[at] ?? 0) + count;
      volumes[at] = (volumes[at] ?? 0) + count * unit;
    });
    const stated = labelsOf(k);
    const flips = SUBTYPES.filter((subtype) => stated.includes(subtype) !== (inModel[labelOf(subtype)] ?? 0) > 0);
    if (!change && flips.length === 0) continue;
    const middle: Vec3 = [Math.floor(size[0] / 2), Math.floor(size[1] / 2), k];
    slices.push({ slice: k, voxels: table, unit, flips, at: change ? middleOfChange(change) : middle });
  }
  const lesions = [
    ...components(annotation).flatMap((lesion) => annotated(lesion, theirs, grid)),
    ...components(model).flatMap((lesion) => found(lesion, ours, grid)),
  ];
  return { voxels, volumes, flips: slices.flatMap(({ flips }) => flips), slices, lesions };
}

/** What a table of labels says of blood of any subtype, or of one. */
export interface Overlap<T = number> {
  /** Blood of the annotation that is none for the model. */
  readonly missed: T;
  /** Blood of the model that is none for the annotation. */
  readonly false: T;
  /** Blood of both, with another subtype: for one subtype, where either of the two has it. */
  readonly flipped: T;
}

/** Missed, false and flipped blood in the unit of the table. */
export function overlapOf(table: LabelTable, of: BloodClass): Overlap {
  let [missed, falsely, flipped] = [0, 0, 0];
  table.forEach((amount, at) => {
    const [a, m] = [Math.floor(at / LABELS), at % LABELS];
    if (a === m || (of !== 'any' && a !== labelOf(of) && m !== labelOf(of))) return;
    if (m === 0) missed += amount;
    else if (a === 0) falsely += amount;
    else flipped += amount;
  });
  return { missed, false: falsely, flipped };
}

/** Dice's coefficient of a table of voxels; undefined where neither side has the class. */
export function diceOf(table: LabelTable, of: BloodClass): number | undefined {
  const is = (label: number): boolean => (of === 'any' ? label > 0 : label === labelOf(of));
  let [both, sum] = [0, 0];
  table.forEach((count, at) => {
    const [inA, inM] = [is(Math.floor(at / LABELS)), is(at % LABELS)];
    if (inA && inM) both += count;
    sum += count * (Number(inA) + Number(inM));
  });
  return sum === 0 ? undefined : (2 * both) / sum;
}

const NO_RUNS = new Uint32Array(0);

function bySlice(masks: readonly SliceRuns[]): ReadonlyMap<number, Uint32Array> {
  return new Map(masks.map(({ slice, runs }) => [slice, runs]));
}

function emptyTable(): number[] {
  return new Array<number>(LABELS * LABELS).fill(0);
}

/** The table of a slice from the annotation's voxels by label and from what the model has otherwise. */
function tableOf(counts: readonly number[], change: SliceChange | undefined): number[] {
  const table = emptyTable();
  for (let label = 1; label < LABELS; label++) table[label * LABELS + label] = counts[label] ?? 0;
  const runs = change?.runs ?? NO_RUNS;
  for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) {
    const [length = 0, from = 0, to = 0] = runs.subarray(n + 2, n + 5);
    table[from * LABELS + to] = (table[from * LABELS + to] ?? 0) + length;
    if (from > 0) table[from * LABELS + from] = (table[from * LABELS + from] ?? 0) - length;
  }
  return table;
}

function middleOfChange({ slice, runs }: SliceChange): Vec3 {
  let longest = 0;
  for (let n = 0; n < runs.length; n += NUMBERS_PER_RUN) if ((runs[n + 2] ?? 0) > (runs[longest + 2] ?? 0)) longest = n;
  return [(runs[longest + 1] ?? 0) + Math.floor(((runs[longest + 2] ?? 1) - 1) / 2), runs[longest] ?? 0, slice];
}

type Grid = DisagreementInput['grid'];

function annotated(
  lesion: Component,
  model: ReadonlyMap<number, Uint32Array>,
  grid: Grid,
): readonly LesionDisagreement[] {
  const figures = figuresOf(lesion, model, grid);
  const subtype = subtypeOf(lesion.label);
  if (!figures || !subtype) return [];
  const { shared, ...rest } = figures;
  if (rest.overlap < LITTLE_OVERLAP) return [{ kind: 'missed', subtype, ...rest }];
  const own = shared[lesion.label] ?? 0;
  const most = shared.indexOf(Math.max(...shared));
  const other = subtypeOf(most);
  // Halves are no flip, in whichever order their parts were summed.
  const flipped = other !== undefined && other !== subtype && (shared[most] ?? 0) > own * (1 + 1e-9);
  return flipped ? [{ kind: 'flipped', subtype, other, ...rest }] : [];
}

function found(
  lesion: Component,
  annotation: ReadonlyMap<number, Uint32Array>,
  grid: Grid,
): readonly LesionDisagreement[] {
  const figures = figuresOf(lesion, annotation, grid);
  const subtype = subtypeOf(lesion.label);
  if (!figures || !subtype || figures.overlap >= LITTLE_OVERLAP) return [];
  const { shared: _, ...rest } = figures;
  return [{ kind: 'false', subtype, ...rest }];
}

/** What a lesion shares with the other side: mL by the other's label (index 0 stays 0). */
function figuresOf(
  { slices }: Component,
  other: ReadonlyMap<number, Uint32Array>,
  grid: Grid,
):
  | (Pick<LesionDisagreement, 'volume' | 'overlap' | 'firstSlice' | 'lastSlice' | 'at'> & { readonly shared: number[] })
  | undefined {
  const [first] = slices;
  const last = slices.at(-1);
  if (!first || !last) return undefined;
  const shared = new Array<number>(LABELS).fill(0);
  let [volume, largest] = [0, 0];
  let at: Vec3 = [0, 0, first.slice];
  for (const { slice, runs } of slices) {
    const unit = voxelVolume(grid, slice);
    const lines = linesOf(other.get(slice) ?? NO_RUNS);
    let [voxels, longest] = [0, 0];
    for (let n = 0; n < runs.length; n += 4) {
      const [, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
      voxels += length;
      if (length > (runs[longest + 3] ?? 0)) longest = n;
      for (const [label, from, to] of lines.get(row) ?? []) {
        const common = Math.min(to, start + length) - Math.max(from, start);
        if (common > 0) shared[label] = (shared[label] ?? 0) + common * unit;
      }
    }
    volume += voxels * unit;
    if (voxels <= largest) continue;
    largest = voxels;
    at = [(runs[longest + 2] ?? 0) + Math.floor(((runs[longest + 3] ?? 1) - 1) / 2), runs[longest + 1] ?? 0, slice];
  }
  const covered = shared.reduce((sum, part) => sum + part, 0);
  return { volume, overlap: covered / volume, firstSlice: first.slice, lastSlice: last.slice, at, shared };
}

type Stretch = readonly [label: number, from: number, to: number];

/** Runs by row, as label and columns [from, to). */
function linesOf(runs: Uint32Array): ReadonlyMap<number, readonly Stretch[]> {
  const lines = new Map<number, Stretch[]>();
  for (let n = 0; n < runs.length; n += 4) {
    const [label = 0, row = 0, start = 0, length = 0] = runs.subarray(n, n + 4);
    const line = lines.get(row);
    if (line) line.push([label, start, start + length]);
    else lines.set(row, [[label, start, start + length]]);
  }
  return lines;
}
