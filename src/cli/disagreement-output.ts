/** What `hemorica disagree` prints. Slices of JSON count from 0, those for people from 1. */
import {
  diceOf,
  type LesionDisagreement,
  LITTLE_OVERLAP,
  overlapOf,
  type SliceDisagreement,
} from '../core/metrics/disagreement';
import type { CohortScan } from '../core/metrics/disagreement-table';
import type { ComparedModel, ComparedScan } from '../node/disagreement/compare-with-model';
import { decimal } from './output';
import { pathOf } from './scan-summary';

export type ComparedAnnotation = CohortScan & Partial<ComparedScan>;

/** An annotation's disagreement as a value for JSON. */
export function asJson(
  { name, disagreement, scan, ran }: ComparedAnnotation & ComparedScan,
  model: ComparedModel,
): object {
  const { voxels, volumes, flips, slices, lesions } = disagreement;
  const figures = (counts: readonly number[], milliliters: readonly number[]): object => ({
    dice: diceOf(counts, 'any') ?? null,
    missed: overlapOf(milliliters, 'any').missed,
    false: overlapOf(milliliters, 'any').false,
    flipped: overlapOf(milliliters, 'any').flipped,
    flippedVoxels: overlapOf(counts, 'any').flipped,
  });
  return {
    annotation: name,
    scan: pathOf(scan),
    model: { name: model.name, version: model.version, threshold: model.threshold },
    ran,
    ...figures(voxels, volumes),
    labelFlips: flips.length,
    slices: slices.map(({ slice, voxels: counts, unit, flips: labels, at }) => ({
      slice,
      ...figures(
        counts,
        counts.map((count) => count * unit),
      ),
      labelFlips: labels,
      at,
    })),
    lesions,
  };
}

interface Listed<T> {
  readonly name: string;
  readonly one: T;
}

/** The scans, and the worst slices and lesions of all, for people. */
export function describeWorst(all: readonly ComparedAnnotation[], model: ComparedModel, top: number): string {
  const slices: Listed<SliceDisagreement>[] = [];
  const lesions: Listed<LesionDisagreement>[] = [];
  const lines: string[] = [];
  for (const { name, disagreement } of all) {
    if (!disagreement) continue;
    const { voxels, volumes, flips } = disagreement;
    const { missed, false: falsely, flipped } = overlapOf(volumes, 'any');
    const dice = diceOf(voxels, 'any');
    lines.push(
      `${name}: Dice ${dice === undefined ? '-' : dice.toFixed(2)}, missed ${mL(missed)}, false ${mL(falsely)}, flipped ${mL(flipped)}, slice labels flipped ${flips.length}`,
    );
    slices.push(...disagreement.slices.map((one) => ({ name, one })));
    lesions.push(...disagreement.lesions.map((one) => ({ name, one })));
  }
  const bySlice = worst(slices, differs, top).map(({ name, one }) => {
    const { missed, false: falsely, flipped } = overlapOf(one.voxels, 'any');
    const parts = [missed, falsely, flipped].map((count) => mL(count * one.unit));
    return `  ${name}, slice ${one.slice + 1}: missed ${parts[0]}, false ${parts[1]}, flipped ${parts[2]}`;
  });
  const byLesion = worst(lesions, ({ volume }) => volume, top).map(({ name, one }) => {
    const { kind, subtype, other, volume, firstSlice, lastSlice } = one;
    const where = firstSlice === lastSlice ? `slice ${firstSlice + 1}` : `slices ${firstSlice + 1}-${lastSlice + 1}`;
    return `  ${name}, ${where}: ${kind} ${subtype}${other ? ` -> ${other}` : ''} ${mL(volume)}`;
  });
  const head = `${model.name} ${model.version}, threshold ${decimal(model.threshold)}`;
  const note = `a lesion is missed or false where less than ${100 * LITTLE_OVERLAP} % of it is blood on the other side`;
  return [
    head,
    ...lines,
    ...(bySlice.length > 0 ? ['', 'Worst slices', ...bySlice] : []),
    ...(byLesion.length > 0 ? ['', `Worst lesions (${note})`, ...byLesion] : []),
  ].join('\n');
}

function differs({ voxels, unit }: SliceDisagreement): number {
  const { missed, false: falsely, flipped } = overlapOf(voxels, 'any');
  return (missed + falsely + flipped) * unit;
}

function worst<T>(items: readonly Listed<T>[], measure: (item: T) => number, top: number): Listed<T>[] {
  return [...items].sort((a, b) => measure(b.one) - measure(a.one)).slice(0, top);
}

const mL = (volume: number): string => `${volume.toFixed(volume > 0 && volume < 1 ? 2 : 1)} mL`;
