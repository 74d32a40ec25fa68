import * as vscode from 'vscode';
import type { RequestOptions } from '../../node/inference-client';
import { percentOf } from './progress';

/** Does a piece of work with a notification that cancels it; undefined if it was cancelled. */
export async function withCancel<T>(
  title: string,
  work: (options: RequestOptions) => Promise<T>,
): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      try {
        let shown = 0;
        return await work({
          signal: abort.signal,
          onProgress: (stage) => {
            const percent = percentOf(stage);
            progress.report({ increment: Math.max(0, percent - shown) });
            shown = Math.max(shown, percent);
          },
        });
      } catch (error) {
        if (abort.signal.aborted) return undefined;
        throw error;
      }
    },
  );
}
