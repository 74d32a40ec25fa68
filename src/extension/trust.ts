import * as vscode from 'vscode';
import { showFailure } from './errors';

/** Whether models may run here. Where the workspace is not trusted, the user is told and can change that. */
export async function mayRunModels(name: string, log: vscode.LogOutputChannel): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  await showFailure(
    vscode.l10n.t('{0}: models run only in trusted workspaces. Trust this workspace first.', name),
    log,
    {
      label: vscode.l10n.t('Manage Workspace Trust'),
      run: () => vscode.commands.executeCommand('workbench.trust.manage'),
    },
  );
  return false;
}
