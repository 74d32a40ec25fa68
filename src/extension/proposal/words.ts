/** Proposals in words. */
import * as vscode from 'vscode';
import type { SliceRuns } from '../../core/annotation/runs';
import { SUBTYPES, subtypeOf } from '../../core/annotation/subtype';
import type { Scope } from '../../core/proposal/proposal';

/** Name of an acceptance in the undo list. */
export function decisionLabel(model: string, scope: Scope, masks: readonly SliceRuns[]): string {
  if (scope.kind === 'all') return vscode.l10n.t('Accept Proposal of {0}', model);
  if (scope.kind === 'slice') return vscode.l10n.t('Accept Proposal of {0} on Slice', model);
  return vscode.l10n.t('Accept {0} Lesion of {1}', subtypeOf(masks[0]?.runs[0] ?? 0) ?? '', model);
}

/** "12.4 mL", or that there is no blood. */
export function totalText(volumes: readonly number[]): string {
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  return total === 0 ? vscode.l10n.t('no blood found') : vscode.l10n.t('{0} mL', amount(total));
}

/** "12.4 mL: IPH 12.1, IVH 0.3", or that there is no blood. */
export function volumesText(volumes: readonly number[]): string {
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  if (total === 0) return vscode.l10n.t('no blood found');
  const parts = SUBTYPES.flatMap((subtype, n) =>
    (volumes[n] ?? 0) > 0 ? [`${subtype} ${amount(volumes[n] ?? 0)}`] : [],
  );
  return vscode.l10n.t('{0} mL: {1}', amount(total), parts.join(', '));
}

function amount(volume: number): string {
  return volume.toFixed(volume < 1 ? 2 : 1);
}
