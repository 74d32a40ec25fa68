/** Commits in words. */
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import type { HistoryCommit, HistoryView } from '../../protocol/history';
import { t } from '../l10n';

/** Subtypes that any version has, in label order. */
export function subtypesIn({ commits }: Pick<HistoryView, 'commits'>): Subtype[] {
  return SUBTYPES.filter((subtype) => commits.some(({ volumes }) => (volumes?.[subtype] ?? 0) > 0));
}

/** mL: hundredths below 1, tenths above. */
export function figure(volume: number): string {
  return volume.toFixed(volume < 1 ? 2 : 1);
}

/** "3 May 2026, Jane Doe, Read again, IPH 12.4 mL, IVH 0.50 mL". */
export function commitText(view: HistoryView, commit: HistoryCommit): string {
  const { date, author, subject, volumes } = commit;
  const figures = volumes
    ? subtypesIn(view).map((subtype) => `${subtype} ${t('{0} mL', figure(volumes[subtype]))}`)
    : [t('cannot be read')];
  return [new Date(date).toLocaleString(view.language), author, subject, ...figures].join(', ');
}
