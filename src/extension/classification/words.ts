import { SUBTYPES } from '../../core/annotation/subtype';
import { calledSlices, isCalled } from '../../core/model/classify';
import { percentText } from '../../core/model/percent';
import type { ClassifyResult } from '../../protocol/classification';
import type { Outcome } from './run';

/** The subtypes that are called of the patient, the most likely first: "IPH 88 %, SDH 61 %"; empty where there are none. */
export function foundText({ patient, thresholds }: Pick<ClassifyResult, 'patient' | 'thresholds'>): string {
  return SUBTYPES.filter((subtype) => isCalled(patient, thresholds, subtype))
    .sort((a, b) => (patient[b] ?? 0) - (patient[a] ?? 0))
    .map((subtype) => `${subtype} ${percentText(patient[subtype] ?? 0)}`)
    .join(', ');
}

/** Number of slices in which the model suspects blood. */
export function suspectedCount({ slices, thresholds }: Pick<ClassifyResult, 'slices' | 'thresholds'>): number {
  return calledSlices(slices, thresholds, 'any').length;
}

/** Scans by the patient's probability of blood, highest first, then what could not be classified. */
export function bySuspicion(outcomes: readonly Outcome[]): Outcome[] {
  const rank = (outcome: Outcome): number => ('result' in outcome ? (outcome.result.patient.any ?? 0) : -1);
  return [...outcomes].sort((a, b) => rank(b) - rank(a));
}
