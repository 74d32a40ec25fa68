/** The results of several scans as a list to choose from: the most suspicious first. */
import * as vscode from 'vscode';
import { baseName } from '../scan/files';
import type { Outcome } from './run';
import { foundText, percent } from './words';

interface Item extends vscode.QuickPickItem {
  readonly outcome: Outcome;
}

/** Scans by the patient's probability of blood, highest first, then what could not be classified. */
export function sortedOutcomes(outcomes: readonly Outcome[]): Outcome[] {
  const rank = (outcome: Outcome): number => ('result' in outcome ? (outcome.result.patient.any ?? 0) : -1);
  return [...outcomes].sort((a, b) => rank(b) - rank(a));
}

/** Lets the user choose a scan of a list; undefined if none was chosen. */
export async function chooseOutcome(outcomes: readonly Outcome[]): Promise<Outcome | undefined> {
  const items = sortedOutcomes(outcomes).map(itemOf);
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Hemorrhage Classification: {0} scans', outcomes.length),
    placeHolder: vscode.l10n.t('Choose a scan to open. For research, no medical device.'),
    matchOnDescription: true,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  return chosen?.outcome;
}

function itemOf(outcome: Outcome): Item {
  const { uri, files } = outcome.scan;
  const name = files.kind === 'dicom' && files.files.length > 1 ? files.name : baseName(uri);
  const detail = vscode.workspace.asRelativePath(uri);
  if ('problem' in outcome) return { outcome, label: `$(error) ${name}`, description: outcome.problem.message, detail };
  const { patient } = outcome.result;
  const subtypes = foundText(outcome.result);
  return { outcome, label: `${percent(patient.any ?? 0)}  ${name}`, description: subtypes, detail };
}
