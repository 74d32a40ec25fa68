/** What a page asks about the annotation's text: the line of a row, and to be shown it. */
import * as vscode from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { lineInText, lineOfRow, type RowPlace } from '../../core/annotation/place';
import { LineOf, ReaderName, ShowText } from '../../protocol/edit';
import type { ScanDocument } from '../editor/document';
import { readerName } from '../reader';

/** Answers a page's questions about the text of its document's annotation. */
export function answerAboutText(connection: MessageConnection, document: ScanDocument): void {
  connection.onRequest(LineOf, (place) => {
    const line = lineOf(document, place);
    return { line: line === undefined ? null : line + 1 };
  });
  connection.onNotification(ShowText, (place) => void showText(document, place));
  connection.onRequest(ReaderName, async () => ({ name: await readerName(document.uri) }));
}

/** Line (from 0) of a row: in the open text, else in the file, else where it will be saved. */
function lineOf({ annotated }: ScanDocument, place: RowPlace): number | undefined {
  const { annotation, file } = annotated;
  const text = openText(file.uri)?.getText() ?? (annotated.dirty ? undefined : file.content?.text);
  if (text !== undefined) return lineInText(text, annotation, place);
  return annotation && lineOfRow(annotation, place);
}

function openText(uri: vscode.Uri | undefined): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri: other }) => other.toString() === uri?.toString());
}

async function showText(document: ScanDocument, place: RowPlace): Promise<void> {
  const { file } = document.annotated;
  if (!file.uri) {
    const save = vscode.l10n.t('Save');
    const chosen = await vscode.window.showInformationMessage(
      vscode.l10n.t('{0}: the annotation has no file yet. Save it to see its text.', document.name),
      save,
    );
    if (chosen === save) await vscode.commands.executeCommand('workbench.action.files.save');
    return;
  }
  const editor = await vscode.window.showTextDocument(file.uri, {
    viewColumn: vscode.ViewColumn.Beside,
    preview: false,
  });
  const line = lineOf(document, place);
  if (line === undefined) return;
  const range = editor.document.lineAt(Math.min(line, editor.document.lineCount - 1)).range;
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenter);
}
