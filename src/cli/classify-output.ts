/** What `hemorica classify` prints of a scan, and its table for `evaluate --scores`. */
import { SUBTYPES } from '../core/annotation/subtype';
import { encodeTable } from '../core/csv';
import { FINDING_CLASSES, type FindingClass, isCalled, type Probabilities } from '../core/model/classify';
import type { Notice } from '../core/volume';
import type { ClassifyResult } from '../protocol/classification';
import type { ClassifyRecord } from './classify-record';
import { complain, print } from './output';
import { shown } from './scan-summary';

/** Notices of no weight elsewhere that put a model's result in doubt. */
const MATTERS: readonly Notice['code'][] = ['not-hounsfield', 'no-geometry'];

export interface ClassifyOutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Every slice, not only those that are called. */
  readonly slices: boolean;
}

/** "0.93 (IPH 0.88, SDH 0.04)": of blood, and of each subtype that the model speaks of. */
function figures(probabilities: Probabilities, classes: readonly FindingClass[]): string {
  const subtypes = SUBTYPES.filter((name) => classes.includes(name));
  const parts = subtypes.map((name) => `${name} ${(probabilities[name] ?? 0).toFixed(2)}`);
  return `${(probabilities.any ?? 0).toFixed(2)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

/**
 * @param thresholds Those that the user or the model has set.
 * @param line The same as JSON.
 */
export function printClassified(
  file: string,
  result: ClassifyResult,
  thresholds: Probabilities,
  line: string,
  { json, quiet, slices: all }: ClassifyOutputOptions,
): void {
  if (json) print(line);
  if (json || quiet) return;
  const { slices, patient, classes, axis, notices } = result;
  const called = slices.filter((slice) => isCalled(slice, thresholds, 'any')).length;
  const name = shown(file);
  print(`${name}: blood ${figures(patient, classes)}, ${called} of ${slices.length} slices from ${thresholds.any}`);
  for (const [n, slice] of slices.entries()) {
    if (all || isCalled(slice, thresholds, 'any'))
      print(`  slice ${String(n + 1).padStart(3)}: ${figures(slice, classes)}`);
  }
  if (axis !== 2) {
    complain(`${name}: it is not stored in axial slices: those above are axial pictures along its ${'ij'[axis]} axis.`);
  }
  for (const { severity, code, message } of notices) {
    if (severity === 'warning' || MATTERS.includes(code)) complain(`${name}: ${message}`);
  }
}

/** Rows for `evaluate --scores`: the slices as stored, and the patient. */
export function scoreRows({ path, slices, patient }: ClassifyRecord): (string | number | undefined)[][] {
  const row = (slice: number | undefined, probabilities: Probabilities): (string | number | undefined)[] => [
    path,
    slice,
    ...FINDING_CLASSES.map((name) => probabilities[name]),
  ];
  return [...(slices ?? []).map((probabilities, k) => row(k, probabilities)), row(undefined, patient)];
}

export function encodeScores(rows: readonly (readonly (string | number | undefined)[])[]): string {
  return encodeTable([['scan', 'slice', ...FINDING_CLASSES], ...rows]);
}
