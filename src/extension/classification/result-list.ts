/** The results of several scans as a list to choose from: the most suspicious first. */

import * as vscode from 'vscode';
import { percentText } from '../../core/model/percent';
import { baseName } from '../scan/files';
import type { Outcome } from './run';
import { bySuspicion, foundText } from './words';

interface Item extends vscode.QuickPickItem {
  readonly outcome: Outcome;
}

/** Lets the user choose a scan of a list; undefined if none was chosen. */
export async function chooseOutcome(outcomes: readonly Outcome[]): Promise<Outcome | undefined> {
  const items = bySuspicion(outcomes).map(itemOf);
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
  return { outcome, label: `${percentText(patient.any ?? 0)}  ${name}`, description: subtypes, detail };
}
