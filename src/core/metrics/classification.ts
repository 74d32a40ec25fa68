/** Classification figures of a cohort, by slice and by patient, for blood of any subtype and for each subtype. */
import { type BloodClass, CLASSES, type Counts, RATIOS, type RatioName } from './counts';
import { aucOf, ratioOf } from './estimators';
import type { PlannedFigure } from './figures';

/** What is said of one slice or patient. */
export interface Call {
  /** Has the class in truth. */
  readonly truth: boolean;
  /** Is said to have it. */
  readonly called: boolean;
  /** Probability, where one is given. */
  readonly score?: number;
}

/** One slice, or one patient as a whole. */
export interface CalledItem {
  /** Number of the patient, from 0. */
  readonly patient: number;
  readonly calls: Readonly<Partial<Record<BloodClass, Call>>>;
}

const RATES = ['precision', 'recall', 'f1', 'specificity'] as const satisfies readonly RatioName[];

/** Figures of slices or patients; of classes that no item has a call for there are none, and an AUC only where every call has a score. */
export function classificationFigures(level: 'slice' | 'patient', items: readonly CalledItem[]): PlannedFigure[] {
  return CLASSES.flatMap((of): PlannedFigure[] => {
    const calls = items.flatMap(({ patient, calls: all }) => {
      const call = all[of];
      return call === undefined ? [] : [{ patient, call }];
    });
    if (calls.length === 0) return [];
    const name = { task: 'classification' as const, level, class: of, n: calls.length };
    const rates = RATES.map((metric): PlannedFigure => {
      const parts = calls.map(({ patient, call }) => ({ patient, parts: RATIOS[metric](countsOfCall(call)) }));
      return { ...name, metric, statistic: 'ratio', estimator: ratioOf(parts) };
    });
    const scored = calls.flatMap(({ patient, call: { truth, score } }) =>
      score === undefined ? [] : [{ patient, positive: truth, score }],
    );
    if (scored.length < calls.length) return rates;
    return [...rates, { ...name, metric: 'auc', statistic: 'area', estimator: aucOf(scored) }];
  });
}

/** A call as counts: a 1 where it belongs. */
function countsOfCall({ truth, called }: Call): Counts {
  return {
    tp: Number(truth && called),
    fp: Number(!truth && called),
    fn: Number(truth && !called),
    tn: Number(!truth && !called),
  };
}

/** Several scans of one patient as one: a class that any has, the highest score. */
export function joinCalls(scans: readonly CalledItem[]): CalledItem[] {
  const patients = new Map<number, CalledItem>();
  for (const { patient, calls } of scans) {
    const known = patients.get(patient)?.calls ?? {};
    const joined = CLASSES.flatMap((of): [BloodClass, Call][] => {
      const [a, b] = [known[of], calls[of]];
      if (a === undefined || b === undefined) return a || b ? [[of, (a ?? b) as Call]] : [];
      const truth = a.truth || b.truth;
      const called = a.called || b.called;
      if (a.score === undefined || b.score === undefined) return [[of, { truth, called }]];
      return [[of, { truth, called, score: Math.max(a.score, b.score) }]];
    });
    patients.set(patient, { patient, calls: Object.fromEntries(joined) });
  }
  return [...patients.values()];
}
