/**
 * Segmentation figures of a cohort, for blood of any subtype and for each subtype:
 *
 * - pooled: precision, recall, Dice and IoU of all voxels of all scans together;
 * - by scan and by slice: the mean (and of Dice the median) of each scan's or slice's own; scans and
 *   slices for which a ratio is not defined, as Dice where both masks are empty, are left out of it;
 * - HD95 (see surface.ts): mean and median over scans where both masks have the class;
 * - volume, over scans where either mask has the class: error = prediction - truth in mL; its mean
 *   (the bias of Bland and Altman, Lancet 1986), its standard deviation (n - 1), the limits of agreement
 *   bias -+ 1.96 standard deviations, and the mean of the error without its sign.
 */
import type { ScanComparison } from './compare';
import { type BloodClass, CLASSES, type Counts, RATIOS, type RatioName, ratio } from './counts';
import { deviationOf, type Estimator, meanOf, quantileOf, ratioOf, type Valued } from './estimators';
import type { FigureName, PlannedFigure } from './figures';

/** A compared scan and the number, from 0, of its patient. */
export interface ComparedScan {
  readonly patient: number;
  readonly comparison: ScanComparison;
}

export const OVERLAP_METRICS = ['precision', 'recall', 'dice', 'iou'] as const satisfies readonly RatioName[];

/** Share of a normal distribution's limits of agreement: 95 % lie within so many standard deviations. */
const AGREEMENT = 1.96;

/** The figures of compared scans. `classes`: for label maps without subtypes, "any" alone. */
export function segmentationFigures(
  scans: readonly ComparedScan[],
  classes: readonly BloodClass[] = CLASSES,
): PlannedFigure[] {
  return classes.flatMap((of) => [
    ...pooled(scans, of),
    ...averaged(
      'scan',
      of,
      scans.map(({ patient, comparison }) => ({ patient, counts: comparison[of].counts })),
    ),
    ...averaged(
      'slice',
      of,
      scans.flatMap(({ patient, comparison }) => comparison[of].slices.map((counts) => ({ patient, counts }))),
    ),
    ...distances(scans, of),
    ...volumes(scans, of),
  ]);
}

function named(level: FigureName['level'], of: BloodClass): Pick<FigureName, 'task' | 'level' | 'class'> {
  return { task: 'segmentation', level, class: of };
}

function pooled(scans: readonly ComparedScan[], of: BloodClass): PlannedFigure[] {
  return OVERLAP_METRICS.map((metric) => {
    const parts = scans.map(({ patient, comparison }) => ({ patient, parts: RATIOS[metric](comparison[of].counts) }));
    const n = scans.reduce((sum, { comparison }) => {
      const { tp, fp, fn } = comparison[of].counts;
      return sum + tp + fp + fn;
    }, 0);
    return { ...named('pooled', of), metric, statistic: 'ratio', n, estimator: ratioOf(parts) };
  });
}

function averaged(
  level: 'scan' | 'slice',
  of: BloodClass,
  items: readonly { readonly patient: number; readonly counts: Counts }[],
): PlannedFigure[] {
  return OVERLAP_METRICS.flatMap((metric) => {
    const values = items.flatMap(({ patient, counts }): Valued[] => {
      const value = ratio(metric, counts);
      return value === undefined ? [] : [{ patient, value }];
    });
    const name = { ...named(level, of), metric, n: values.length };
    const mean: PlannedFigure = { ...name, statistic: 'mean', estimator: meanOf(values) };
    const median: PlannedFigure = { ...name, statistic: 'median', estimator: quantileOf(values, 0.5) };
    return metric === 'dice' ? [mean, median] : [mean];
  });
}

function distances(scans: readonly ComparedScan[], of: BloodClass): PlannedFigure[] {
  const values = scans.flatMap(({ patient, comparison }): Valued[] => {
    const { hd95 } = comparison[of];
    return hd95 === undefined ? [] : [{ patient, value: hd95 }];
  });
  const name = { ...named('scan', of), metric: 'hd95', n: values.length };
  return [
    { ...name, statistic: 'mean', estimator: meanOf(values) },
    { ...name, statistic: 'median', estimator: quantileOf(values, 0.5) },
  ];
}

function volumes(scans: readonly ComparedScan[], of: BloodClass): PlannedFigure[] {
  const errors = scans.flatMap(({ patient, comparison }): Valued[] => {
    const { counts, volumeTruth, volumePrediction } = comparison[of];
    return counts.tp + counts.fp + counts.fn === 0 ? [] : [{ patient, value: volumePrediction - volumeTruth }];
  });
  const [bias, sd] = [meanOf(errors), deviationOf(errors)];
  const limit =
    (factor: number): Estimator =>
    (weights) => {
      const [middle, deviation] = [bias(weights), sd(weights)];
      return middle === undefined || deviation === undefined ? undefined : middle + factor * deviation;
    };
  const name = { ...named('scan', of), metric: 'volume error', n: errors.length };
  const absolute = errors.map(({ patient, value }) => ({ patient, value: Math.abs(value) }));
  return [
    { ...name, statistic: 'bias', estimator: bias },
    { ...name, statistic: 'sd', estimator: sd },
    { ...name, statistic: 'lower limit', estimator: limit(-AGREEMENT) },
    { ...name, statistic: 'upper limit', estimator: limit(AGREEMENT) },
    { ...name, statistic: 'mean absolute', estimator: meanOf(absolute) },
  ];
}
