/** Probabilities and findings in words. */
import type { FindingClass, PatientAggregation, Probabilities } from '../../core/model/classify';
import { percentText } from '../../core/model/percent';
import { t } from '../l10n';
import { subtypeName } from '../panels/side/figures';

/** As a finding stands in a row: the subtype's abbreviation. */
export function shortName(name: FindingClass): string {
  return name === 'any' ? t('Any') : name;
}

export function fullName(name: FindingClass): string {
  return name === 'any' ? t('Blood of any subtype') : subtypeName(name);
}

/** "Any 93 %, IPH 88 %, SDH 4 %": the likeliest first; subtypes below 1 % are left out. */
export function probabilitiesText(probabilities: Probabilities, classes: readonly FindingClass[]): string {
  const of = (name: FindingClass): number => probabilities[name] ?? 0;
  const [, ...subtypes] = classes;
  const named = subtypes.filter((name) => of(name) >= 0.01).sort((a, b) => of(b) - of(a));
  return (['any', ...named] as const).map((name) => `${shortName(name)} ${percentText(of(name))}`).join(', ');
}

/** How the patient's probability comes of the slices'. */
export function aggregationText(aggregation: PatientAggregation): string {
  return aggregation.kind === 'max'
    ? t('The patient has the highest probability of a slice.')
    : t('The patient has the mean of the {0} highest probabilities of slices.', aggregation.count);
}
