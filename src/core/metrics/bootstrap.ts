/** Intervals by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13), drawing patients, since slices of one head are not independent. */
import { random } from '../phantom/random';
import { type Estimator, quantileOf } from './estimators';

export interface BootstrapOptions {
  /** Draws; 0 for no intervals. */
  readonly replicates: number;
  /** Whole number; the same one gives the same intervals on every machine. */
  readonly seed: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Ends of an interval that holds 95 % of the replicates. */
const [LOW, HIGH] = [0.025, 0.975];

/**
 * A 95 % interval for each figure, all from the same draws. Draws for which a figure is not defined
 * are left out of its own; undefined where fewer than half of them are left, and for a single patient.
 */
export function intervals(
  estimators: readonly Estimator[],
  patients: number,
  { replicates, seed }: BootstrapOptions,
): readonly (Interval | undefined)[] {
  if (patients < 2 || replicates === 0) return estimators.map(() => undefined);
  const next = random(seed);
  const drawn = estimators.map((): number[] => []);
  for (let draw = 0; draw < replicates; draw++) {
    const weights = new Uint32Array(patients);
    for (let n = 0; n < patients; n++) {
      const patient = Math.floor(next() * patients);
      weights[patient] = (weights[patient] ?? 0) + 1;
    }
    estimators.forEach((estimator, n) => {
      const value = estimator(weights);
      if (value !== undefined) drawn[n]?.push(value);
    });
  }
  return drawn.map((values) => {
    if (values.length < replicates / 2) return undefined;
    const all = Uint32Array.of(1);
    const sample = values.map((value) => ({ patient: 0, value }));
    const [low, high] = [quantileOf(sample, LOW)(all), quantileOf(sample, HIGH)(all)];
    return low === undefined || high === undefined ? undefined : { low, high };
  });
}
