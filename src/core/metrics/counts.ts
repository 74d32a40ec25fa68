/**
 * How often truth and prediction agree, and the ratios that are made of it. A ratio whose
 * denominator is 0 is not defined: undefined, never 0 or 1, so that it is left out of means.
 */
import { labelOf, SUBTYPES, type Subtype } from '../annotation/subtype';

/** A subtype, or blood of any subtype. */
export type BloodClass = 'any' | Subtype;

export const CLASSES: readonly BloodClass[] = ['any', ...SUBTYPES];

/** Voxels, slices or patients: true and false positives, false and true negatives. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

export const NO_COUNTS: Counts = { tp: 0, fp: 0, fn: 0, tn: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn, tn: a.tn + b.tn };
}

/** Numerator and denominator of a ratio of counts. */
export type RatioParts = (counts: Counts) => readonly [numerator: number, denominator: number];

/** Dice's coefficient is the same number as F1. */
export const RATIOS = {
  precision: ({ tp, fp }) => [tp, tp + fp],
  recall: ({ tp, fn }) => [tp, tp + fn],
  f1: ({ tp, fp, fn }) => [2 * tp, 2 * tp + fp + fn],
  dice: ({ tp, fp, fn }) => [2 * tp, 2 * tp + fp + fn],
  iou: ({ tp, fp, fn }) => [tp, tp + fp + fn],
  specificity: ({ tn, fp }) => [tn, tn + fp],
} satisfies Record<string, RatioParts>;

export type RatioName = keyof typeof RATIOS;

/** A ratio of counts; undefined where its denominator is 0. */
export function ratio(name: RatioName, counts: Counts): number | undefined {
  const [numerator, denominator] = RATIOS[name](counts);
  return denominator === 0 ? undefined : numerator / denominator;
}

/** Labels of a label map: none and the five subtypes. */
const LABELS = SUBTYPES.length + 1;

/** Pixels by label in truth and label in prediction: at truth * 6 + prediction. The arrays have one length and values 0 to 5. */
export function jointLabels(truth: Uint8Array, prediction: Uint8Array): Float64Array {
  const joint = new Float64Array(LABELS * LABELS);
  for (let n = 0; n < truth.length; n++) {
    const at = (truth[n] ?? 0) * LABELS + (prediction[n] ?? 0);
    joint[at] = (joint[at] ?? 0) + 1;
  }
  return joint;
}

/** Counts of one class from what `jointLabels` gives. */
export function countsOf(joint: Float64Array, of: BloodClass): Counts {
  const is = (label: number): boolean => (of === 'any' ? label > 0 : label === labelOf(of));
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  joint.forEach((count, at) => {
    const [inTruth, inPrediction] = [is(Math.floor(at / LABELS)), is(at % LABELS)];
    if (inTruth && inPrediction) tp += count;
    else if (inPrediction) fp += count;
    else if (inTruth) fn += count;
    else tn += count;
  });
  return { tp, fp, fn, tn };
}
