/**
 * Figures over a cohort as functions of how often each patient counts. Once each gives the figure
 * itself; how often a draw with replacement took each of them gives a replicate of the bootstrap.
 */

/** How often each patient counts, by patient number: whole numbers from 0. */
export type Weights = Uint32Array;

/** A figure; undefined where it is not defined, as a precision where nothing was called. */
export type Estimator = (weights: Weights) => number | undefined;

/** A value that belongs to a patient, by number from 0. */
export interface Valued {
  readonly patient: number;
  readonly value: number;
}

/** Sum of all numerators over the sum of all denominators. */
export function ratioOf(
  parts: readonly { readonly patient: number; readonly parts: readonly [numerator: number, denominator: number] }[],
): Estimator {
  const patients = new Map<number, [number, number]>();
  for (const {
    patient,
    parts: [numerator, denominator],
  } of parts) {
    const [top, bottom] = patients.get(patient) ?? [0, 0];
    patients.set(patient, [top + numerator, bottom + denominator]);
  }
  const sums = [...patients];
  return (weights) => {
    let [top, bottom] = [0, 0];
    for (const [patient, [numerator, denominator]] of sums) {
      const weight = weights[patient] ?? 0;
      top += weight * numerator;
      bottom += weight * denominator;
    }
    return bottom === 0 ? undefined : top / bottom;
  };
}

export function meanOf(values: readonly Valued[]): Estimator {
  return ratioOf(values.map(({ patient, value }) => ({ patient, parts: [value, 1] })));
}

/** Standard deviation of a sample (n - 1); undefined for fewer than two values. */
export function deviationOf(values: readonly Valued[]): Estimator {
  const mean = meanOf(values);
  return (weights) => {
    const middle = mean(weights) ?? 0;
    let [count, squares] = [0, 0];
    for (const { patient, value } of values) {
      const weight = weights[patient] ?? 0;
      count += weight;
      squares += weight * (value - middle) ** 2;
    }
    return count < 2 ? undefined : Math.sqrt(squares / (count - 1));
  };
}

/** Quantile q (0 to 1), linear between the two values next to q * (n - 1), as NumPy and R (type 7) do. */
export function quantileOf(values: readonly Valued[], q: number): Estimator {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  return (weights) => {
    const count = sorted.reduce((sum, { patient }) => sum + (weights[patient] ?? 0), 0);
    if (count === 0) return undefined;
    const place = q * (count - 1);
    let seen = 0;
    let below: number | undefined;
    for (const { patient, value } of sorted) {
      seen += weights[patient] ?? 0;
      if (below === undefined && seen > Math.floor(place)) below = value;
      if (below !== undefined && seen > Math.ceil(place)) return below + (value - below) * (place - Math.floor(place));
    }
    return below;
  };
}

export interface Scored {
  readonly patient: number;
  readonly positive: boolean;
  readonly score: number;
}

/**
 * Area under the ROC curve: the probability that a positive has a higher score than a negative, ties
 * counting half (Mann and Whitney). Undefined without positives or without negatives.
 */
export function aucOf(items: readonly Scored[]): Estimator {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  return (weights) => {
    let [positives, negatives, below, area] = [0, 0, 0, 0];
    let n = 0;
    while (n < sorted.length) {
      const score = sorted[n]?.score;
      let [up, down] = [0, 0];
      for (; n < sorted.length && sorted[n]?.score === score; n++) {
        const { patient = 0, positive } = sorted[n] ?? {};
        if (positive) up += weights[patient] ?? 0;
        else down += weights[patient] ?? 0;
      }
      area += up * (below + down / 2);
      positives += up;
      negatives += down;
      below += down;
    }
    return positives === 0 || negatives === 0 ? undefined : area / (positives * negatives);
  };
}

/** Every patient once. */
export function once(patients: number): Weights {
  return new Uint32Array(patients).fill(1);
}
