/**
 * From a classifier's output to probabilities: of each picture, of each of the scan's slices, and of the patient.
 *
 * A probability is of a finding: `any` (blood of any subtype) or one of the five subtypes. A model
 * need not speak of all of them. Nothing here depends on the order of the slices.
 */
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import { type LabelThresholds, oddsFactor, withOdds } from './thresholds';

/** What a classifier finds: blood of any subtype, or one of the subtypes. */
export type FindingClass = 'any' | Subtype;

export const FINDING_CLASSES: readonly FindingClass[] = ['any', ...SUBTYPES];

/** Label of one value of a classifier's output; `none` is "no blood". */
export type SliceLabel = FindingClass | 'none';

export const SLICE_LABELS: readonly SliceLabel[] = ['any', 'none', ...SUBTYPES];

export type SliceActivation = 'none' | 'sigmoid' | 'softmax';

/** Meaning of a classifier's output, float32 [pictures, labels]. */
export interface SliceMeaning {
  /** What makes probabilities of the values: nothing, a sigmoid of each, or a softmax over all labels. */
  readonly activation: SliceActivation;
  /** In the order of the values, each at most once. */
  readonly labels: readonly SliceLabel[];
}

/** How the slices' probabilities become the patient's. */
export type PatientAggregation =
  /** The highest of a slice. */
  | { readonly kind: 'max' }
  /** The mean of the `count` highest; of all, where there are fewer slices. */
  | { readonly kind: 'mean-of-top'; readonly count: number };

/** Probabilities, 0 to 1, of the findings that a model speaks of. */
export type Probabilities = Readonly<Partial<Record<FindingClass, number>>>;

/** The findings that a model with these labels speaks of, `any` first: it follows from the others where no value is its own. */
export function classesOf(labels: readonly SliceLabel[]): FindingClass[] {
  return FINDING_CLASSES.filter((name) => name === 'any' || labels.includes(name));
}

/**
 * Probabilities of one picture. Without a value of its own, `any` is what `none` leaves, and without
 * that the highest of the subtypes.
 * @param values One for each label, as the network gives them; all are numbers.
 */
export function pictureProbabilities(values: Float32Array, { activation, labels }: SliceMeaning): Probabilities {
  const activated = activate(values, activation);
  const of = new Map(labels.map((label, n) => [label, unit(activated[n] ?? 0)]));
  const subtypes = SUBTYPES.flatMap((subtype): [Subtype, number][] => {
    const value = of.get(subtype);
    return value === undefined ? [] : [[subtype, value]];
  });
  const none = of.get('none');
  const any = of.get('any') ?? (none === undefined ? Math.max(0, ...subtypes.map(([, value]) => value)) : 1 - none);
  return { any, ...Object.fromEntries(subtypes) };
}

/** What is said of a picture that shows no head: nothing is there. */
export function noFindings(classes: readonly FindingClass[]): Probabilities {
  return Object.fromEntries(classes.map((name) => [name, 0]));
}

/** Probabilities of the patient, of the same findings as the slices'; slices without a head count with their 0. */
export function patientProbabilities(
  slices: readonly Probabilities[],
  aggregation: PatientAggregation,
  classes: readonly FindingClass[],
): Probabilities {
  const count = aggregation.kind === 'max' ? 1 : aggregation.count;
  return Object.fromEntries(
    classes.map((name) => {
      const highest = slices
        .map((slice) => slice[name] ?? 0)
        .sort((a, b) => b - a)
        .slice(0, count);
      const sum = highest.reduce((total, value) => total + value, 0);
      return [name, highest.length === 0 ? 0 : sum / highest.length];
    }),
  );
}

/** Probability from which each finding is called: its own threshold, or the common one. */
export function thresholdsOf(classes: readonly FindingClass[], common: number, own?: LabelThresholds): Probabilities {
  return Object.fromEntries(classes.map((name) => [name, own?.[name] ?? common]));
}

/**
 * The thresholds that hold where a user may have set the common one: those of single findings move along.
 * @param common The model's.
 */
export function chosenThresholds(own: Probabilities, common: number, chosen: number | undefined): Probabilities {
  if (chosen === undefined) return own;
  const factor = oddsFactor(common, chosen);
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, value === common ? chosen : withOdds(value, factor)]),
  );
}

/** Slices (or pictures) in which a finding is called, ascending. */
export function calledSlices(
  slices: readonly Probabilities[],
  thresholds: Probabilities,
  name: FindingClass,
): number[] {
  return slices.flatMap((slice, n) => (isCalled(slice, thresholds, name) ? [n] : []));
}

/** Whether a probability reaches its threshold; not where there is no probability. */
export function isCalled(probabilities: Probabilities, thresholds: Probabilities, name: FindingClass): boolean {
  const [probability, threshold] = [probabilities[name], thresholds[name]];
  return probability !== undefined && threshold !== undefined && probability >= threshold;
}

function activate(values: Float32Array, activation: SliceActivation): readonly number[] {
  const list = Array.from(values);
  if (activation === 'none') return list;
  if (activation === 'sigmoid') return list.map((value) => 1 / (1 + Math.exp(-value)));
  const largest = Math.max(...list);
  const powers = list.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Within 0 and 1: a network's own probabilities may be off by rounding. */
function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
