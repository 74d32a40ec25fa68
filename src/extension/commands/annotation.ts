import * as vscode from 'vscode';
import type { Services } from '../services';

/** "Hemorica: Show Annotation": the text of the annotation of the scan in front, in an editor beside it. */
export function registerShowAnnotation({ sessions }: Services): vscode.Disposable {
  return vscode.commands.registerCommand('hemorica.showAnnotation', async () => {
    const document = sessions.active?.document;
    if (!document) return;
    const { uri } = document.annotated.file;
    if (uri) {
      await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
      return;
    }
    const run = vscode.l10n.t('Run Segmentation');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0} has no annotation yet.', document.name),
      ...(vscode.workspace.isTrusted ? [run] : []),
    );
    if (chosen === run) await vscode.commands.executeCommand('hemorica.runSegmentation', document.uri);
  });
}
