import { SUBTYPES } from '../../core/annotation/subtype';
import { calledSlices, isCalled } from '../../core/model/classify';
import type { ClassifyResult } from '../../protocol/classification';

/** "93 %" */
export function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}

/** The subtypes that are called of the patient, the most likely first: "IPH 88 %, SDH 61 %"; empty where there are none. */
export function foundText({ patient, thresholds }: Pick<ClassifyResult, 'patient' | 'thresholds'>): string {
  return SUBTYPES.filter((subtype) => isCalled(patient, thresholds, subtype))
    .sort((a, b) => (patient[b] ?? 0) - (patient[a] ?? 0))
    .map((subtype) => `${subtype} ${percent(patient[subtype] ?? 0)}`)
    .join(', ');
}

/** Number of slices in which the model suspects blood. */
export function suspectedCount({ slices, thresholds }: Pick<ClassifyResult, 'slices' | 'thresholds'>): number {
  return calledSlices(slices, thresholds, 'any').length;
}
