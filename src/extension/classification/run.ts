/** Running a classifier on scans, one after the other, with progress that can be stopped. */
import * as vscode from 'vscode';
import { ScanError } from '../../core/volume';
import { InferenceStopped } from '../../node/inference-client';
import { nameOf } from '../../node/scan-files';
import type { ClassifyResult } from '../../protocol/classification';
import type { InferenceStage } from '../../protocol/inference';
import type { ModelChoice } from '../models/model';
import { percentOf } from '../models/progress';
import type { NamedScan } from '../scan/named-scans';
import type { Services } from '../services';

/** What became of a scan: a result, or why there is none. */
export type Outcome =
  | { readonly scan: NamedScan; readonly result: ClassifyResult }
  | { readonly scan: NamedScan; readonly problem: Error };

export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly stopped: boolean;
}

/**
 * Classifies scans. Whatever goes wrong with one, the next has its turn; stopping keeps what is done.
 */
export async function classifyScans(scans: readonly NamedScan[], model: ModelChoice, services: Services): Promise<Run> {
  const title =
    scans.length === 1
      ? vscode.l10n.t('Classifying {0}', scans[0]?.files.name ?? '')
      : vscode.l10n.t('Classifying {0} scans', scans.length);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      const subscription = token.onCancellationRequested(() => abort.abort());
      const outcomes: Outcome[] = [];
      let shown = 0;
      const report = (n: number, stage: InferenceStage): void => {
        const percent = (n * 100 + percentOf(stage)) / scans.length;
        const place = scans.length === 1 ? '' : `${n + 1}/${scans.length} ${scans[n]?.files.name}: `;
        progress.report({ message: place + describe(stage), increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      };
      try {
        for (const [n, scan] of scans.entries()) {
          const outcome = await classifyOne(scan, model, services, abort.signal, (stage) => report(n, stage));
          // The answer may have been on its way when the user stopped.
          abort.signal.throwIfAborted();
          outcomes.push(outcome);
        }
        return { outcomes, stopped: false };
      } catch (error) {
        if (!abort.signal.aborted) throw error;
        return { outcomes, stopped: true };
      } finally {
        subscription.dispose();
      }
    },
  );
}

async function classifyOne(
  scan: NamedScan,
  { folder, providers, threads }: ModelChoice,
  services: Services,
  signal: AbortSignal,
  onProgress: (stage: InferenceStage) => void,
): Promise<Outcome> {
  try {
    const result = await services
      .inference()
      .classify(
        { ...nameOf(scan.files), model: folder, providers, ...(threads !== undefined && { threads }) },
        { signal, onProgress },
      );
    return { scan, result };
  } catch (error) {
    if (signal.aborted || !(error instanceof ScanError || error instanceof InferenceStopped)) throw error;
    services.log.warn(`${scan.uri.fsPath}: ${error.message}`);
    return { scan, problem: error };
  }
}

function describe({ stage, done, total }: InferenceStage): string {
  if (stage === 'decoding') return vscode.l10n.t('reading the scan');
  if (stage === 'loading-model') return vscode.l10n.t('loading the model');
  return vscode.l10n.t('slice {0} of {1}', Math.min(done + 1, total), total);
}
