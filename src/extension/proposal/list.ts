/** The scans for which something is proposed, to open one after the other. */
import * as vscode from 'vscode';
import { SCAN_VIEW } from '../editor/provider';
import type { Services } from '../services';
import type { PendingSummary } from './stored';
import { volumesText } from './words';

interface Item extends vscode.QuickPickItem {
  readonly pending: PendingSummary;
}

/** mL over all subtypes. */
export function totalOf({ volumes }: Pick<PendingSummary, 'volumes'>): number {
  return volumes.reduce((sum, volume) => sum + volume, 0);
}

/** Scans with the most blood first. */
export function sortedPending(all: readonly PendingSummary[]): PendingSummary[] {
  return [...all].sort((a, b) => totalOf(b) - totalOf(a) || (a.name < b.name ? -1 : 1));
}

/** Lets the user open or reject what is pending; resolves when the list is gone. */
export async function showPending(services: Services): Promise<void> {
  const { proposals } = services;
  const all = await proposals.all();
  if (all.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No proposal waits for a decision.'));
    return;
  }
  const reject = { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Reject Proposal') };
  const pick = vscode.window.createQuickPick<Item>();
  const fill = (pending: readonly PendingSummary[]): void => {
    pick.items = sortedPending(pending).map((one) => ({ ...itemOf(one), buttons: [reject] }));
    pick.title =
      pending.length === 1
        ? vscode.l10n.t('Proposed Segmentations: 1 scan')
        : vscode.l10n.t('Proposed Segmentations: {0} scans', pending.length);
  };
  fill(all);
  pick.placeholder = vscode.l10n.t('Choose a scan to open. For research, no medical device.');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const chosen = await new Promise<PendingSummary | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.selectedItems[0]?.pending));
    pick.onDidHide(() => resolve(undefined));
    pick.onDidTriggerItemButton(async ({ item }) => {
      proposals.drop(item.pending.sha256);
      const rest = await proposals.all();
      if (rest.length > 0) fill(rest);
      else pick.hide();
    });
    pick.show();
  });
  pick.dispose();
  if (chosen) await openPending(chosen);
}

export async function openPending({ uri }: Pick<PendingSummary, 'uri'>): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.parse(uri), SCAN_VIEW);
}

function itemOf(pending: PendingSummary): Item {
  const { name, model, threshold, uri, volumes } = pending;
  const where = vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
  const how = vscode.l10n.t('{0}, threshold {1} %', model, Math.round(threshold * 100));
  return { pending, label: name, description: volumesText(volumes), detail: `${where} - ${how}` };
}
