/** The figures of a cohort, each with its interval, as one flat list: tables and files are made from it. */
import { type BootstrapOptions, intervals } from './bootstrap';
import type { BloodClass } from './counts';
import { type Estimator, once } from './estimators';

/** What a figure is about. */
export interface FigureName {
  readonly task: 'classification' | 'segmentation';
  /** What is counted: slices, patients, scans, or all voxels together. */
  readonly level: 'slice' | 'patient' | 'scan' | 'pooled';
  readonly class: BloodClass;
  /** Such as "recall", "dice", "hd95". */
  readonly metric: string;
  /** How the values of single slices or scans become one; "ratio" where they are pooled. */
  readonly statistic:
    | 'ratio'
    | 'mean'
    | 'median'
    | 'area'
    | 'bias'
    | 'sd'
    | 'lower limit'
    | 'upper limit'
    | 'mean absolute';
}

export interface PlannedFigure extends FigureName {
  /** How many slices, patients, scans or voxels it is made of. */
  readonly n: number;
  readonly estimator: Estimator;
}

export interface Figure extends FigureName {
  readonly n: number;
  /** Undefined where it is not defined, as a precision where nothing was called. */
  readonly value: number | undefined;
  /** 95 % interval. */
  readonly low?: number;
  readonly high?: number;
}

/** Computes planned figures over patients numbered from 0. */
export function computeFigures(
  planned: readonly PlannedFigure[],
  patients: number,
  options: BootstrapOptions,
): Figure[] {
  const all = once(patients);
  const ranges = intervals(
    planned.map(({ estimator }) => estimator),
    patients,
    options,
  );
  return planned.map(({ estimator, ...name }, n) => {
    const value = estimator(all);
    return { ...name, value, ...(value !== undefined && ranges[n]) };
  });
}
