/** Opening and closing scan editors in the tests of the extension host. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ScanSession } from '../../../src/extension/editor/session';
import type { Exports } from '../../../src/extension/main';
import { waitFor } from '../../e2e/lib/wait';

export const SCAN_VIEW = 'hemorica.scan';

/** What the extension hands out, after activating it. */
export async function extension(): Promise<Exports> {
  const found = vscode.extensions.getExtension<Exports>('hemorica.hemorica');
  assert.ok(found);
  return found.activate();
}

/** View type of the editor in front; undefined if it is no custom editor. */
export function activeViewType(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.viewType : undefined;
}

/** Opens a file as the explorer does (or with a named editor) and waits for the session of its editor. */
export async function open(file: string, viewType?: string): Promise<ScanSession> {
  const { sessions } = await extension();
  const uri = vscode.Uri.file(file);
  if (viewType) await vscode.commands.executeCommand('vscode.openWith', uri, viewType);
  else await vscode.commands.executeCommand('vscode.open', uri);
  return waitFor('the scan editor', () =>
    sessions.active?.document.uri.fsPath === uri.fsPath ? sessions.active : undefined,
  );
}

/** Waits until the page has decoded the scan and the annotation has been looked for. */
export async function decoded(session: ScanSession): Promise<ScanSession> {
  await waitFor('the decoded scan', () => session.document.decoded);
  await session.document.annotated.file.load();
  return session;
}

/** Closes all editors and waits until none of ours is left. */
export async function closeAll(): Promise<void> {
  const { sessions } = await extension();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await waitFor('closed editors', () => sessions.size === 0);
}

/** Answers the next question that VS Code would put to the user; returns what was asked. Restores itself when `during` has ended. */
export async function answering<K extends 'showWarningMessage' | 'showErrorMessage' | 'showInformationMessage'>(
  ask: K,
  answer: string | undefined,
  during: () => Thenable<unknown>,
): Promise<string[]> {
  const asked: string[] = [];
  const window = vscode.window as unknown as Record<K, (message: string) => Promise<string | undefined>>;
  const original = window[ask];
  window[ask] = async (message) => {
    asked.push(message);
    return answer;
  };
  try {
    await during();
  } finally {
    window[ask] = original;
  }
  return asked;
}
