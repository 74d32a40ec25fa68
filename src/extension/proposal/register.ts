/** What VS Code shows of proposals outside of their pages: context keys and an item of the status bar. */
import * as vscode from 'vscode';
import type { ScanSession } from '../editor/session';
import type { Services } from '../services';
import { totalText, volumesText } from './words';

export function registerProposals({ proposals, sessions }: Services): readonly vscode.Disposable[] {
  const item = vscode.window.createStatusBarItem('hemorica.proposal', vscode.StatusBarAlignment.Right, 99);
  item.name = vscode.l10n.t('Hemorica Proposal');
  item.command = 'hemorica.showProposals';
  let known: boolean | undefined;
  const update = (): void => {
    const pending = sessions.active?.document.proposal.present;
    if (known !== (pending !== undefined)) {
      known = pending !== undefined;
      void vscode.commands.executeCommand('setContext', 'hemorica.proposal', known);
    }
    if (!pending) {
      item.hide();
      return;
    }
    const { model } = pending.proposal;
    item.text = `$(lightbulb) ${vscode.l10n.t('Proposal: {0}', totalText(pending.volumes))}`;
    item.tooltip = vscode.l10n.t(
      'Proposed by {0} {1}: {2}. Nothing of it is saved before you accept it. For research, no medical device. Click for all proposals.',
      model.name,
      model.version,
      volumesText(pending.volumes),
    );
    item.show();
  };
  const watched = new Map<ScanSession, vscode.Disposable>();
  const follow = (): void => {
    const open = new Set(sessions.all);
    for (const [session, subscription] of watched) {
      if (open.has(session)) continue;
      subscription.dispose();
      watched.delete(session);
    }
    for (const session of open) {
      if (!watched.has(session)) watched.set(session, session.document.proposal.onDidChange(update));
    }
    update();
  };
  follow();
  return [
    item,
    proposals,
    sessions.onDidChange(follow),
    {
      dispose: () => {
        for (const subscription of watched.values()) subscription.dispose();
      },
    },
  ];
}
