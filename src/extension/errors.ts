/** Failures as the user sees them: what happened, the file, what to do; a button where there is one thing to do. */
import * as vscode from 'vscode';

export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

/** Logs a failure and shows it with its remedies as buttons; "Show Log" is always the last one. Resolves when the message is gone. */
export async function showFailure(
  error: unknown,
  log: vscode.LogOutputChannel,
  ...remedies: readonly Remedy[]
): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.error(error instanceof Error && error.stack !== undefined && error.name === 'Error' ? error.stack : message);
  const all = [...remedies, { label: vscode.l10n.t('Show Log'), run: () => log.show() }];
  const chosen = await vscode.window.showErrorMessage(message, ...all.map(({ label }) => label));
  await all.find(({ label }) => label === chosen)?.run();
}
