/**
 * The setting hemorica.diff.default. Which editor shows a diff is VS Code's to decide, by its own
 * setting workbench.diffEditorAssociations: ours is kept in step with it, in the scope in which it was set.
 */
import * as vscode from 'vscode';
import { SECTION } from '../settings';
import { type Associations, withDefault } from './associations';

/** Keeps VS Code's association in step with the setting. */
export function followDiffDefault(log: vscode.LogOutputChannel): vscode.Disposable {
  const apply = (): void => {
    associate().catch((error: unknown) =>
      log.warn(`workbench.diffEditorAssociations could not be changed: ${String(error)}`),
    );
  };
  apply();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.diff.default`)) apply();
  });
}

async function associate(): Promise<void> {
  const wanted = vscode.workspace.getConfiguration(SECTION).inspect<string>('diff.default');
  const workbench = vscode.workspace.getConfiguration('workbench');
  const present = workbench.inspect<Associations>('diffEditorAssociations');
  const scopes = [
    [vscode.ConfigurationTarget.Global, wanted?.globalValue, present?.globalValue],
    [vscode.ConfigurationTarget.Workspace, wanted?.workspaceValue, present?.workspaceValue],
  ] as const;
  for (const [target, value, associations] of scopes) {
    const next = withDefault(associations, value);
    if (next !== associations) await workbench.update('diffEditorAssociations', next, target);
  }
}
