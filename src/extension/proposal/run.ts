/** Running a segmentation model on scans, one after the other, with progress that can be stopped. What it finds is proposed, and written nowhere. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { annotationMatches } from '../../core/annotation/match';
import { type Proposal, sameModel, withSlices } from '../../core/proposal/proposal';
import { ScanError } from '../../core/volume';
import { InferenceStopped } from '../../node/inference-client';
import { nameOf } from '../../node/scan-files';
import type { InferenceStage, SegmentResult } from '../../protocol/inference';
import { chosenModel, type ModelChoice } from '../models/model';
import { percentOf } from '../models/progress';
import { editorsOf, type NamedScan } from '../scan/named-scans';
import type { Services } from '../services';
import type { PendingProposal } from './stored';

/** What became of a scan: a proposal, or why there is none. */
export type Outcome =
  | { readonly scan: NamedScan; readonly pending: PendingProposal }
  | { readonly scan: NamedScan; readonly problem: Error };

export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly stopped: boolean;
}

/**
 * Proposes what the chosen model finds. Whatever goes wrong with one scan, the next has its turn;
 * stopping keeps what is done. Throws Error where there is no model.
 * @param slices Slices (k) to look at, of a single scan; undefined for all.
 */
export async function proposeScans(
  scans: readonly NamedScan[],
  services: Services,
  slices?: readonly number[],
): Promise<Run> {
  const model = await chosenModel(services, 'segmentation');
  const [first] = scans;
  const title =
    scans.length > 1
      ? vscode.l10n.t('Segmenting {0} scans', scans.length)
      : vscode.l10n.t('Segmenting {0}', first?.files.name ?? '');
  const location = slices ? vscode.ProgressLocation.Window : vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
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
        outcomes.push(await proposeOne(scan, model, services, slices, abort.signal, (stage) => report(n, stage)));
      }
      return { outcomes, stopped: false };
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return { outcomes, stopped: true };
    } finally {
      subscription.dispose();
    }
  });
}

async function proposeOne(
  scan: NamedScan,
  { folder, providers, threads }: ModelChoice,
  services: Services,
  slices: readonly number[] | undefined,
  signal: AbortSignal,
  onProgress: (stage: InferenceStage) => void,
): Promise<Outcome> {
  try {
    const result = await services.inference().segment(
      {
        ...nameOf(scan.files),
        model: folder,
        providers,
        candidates: true,
        ...(threads !== undefined && { threads }),
        ...(slices && { slices }),
      },
      { signal, onProgress },
    );
    const pending = await propose(scan, result, services, slices);
    return { scan, pending };
  } catch (error) {
    if (signal.aborted || !(error instanceof ScanError || error instanceof InferenceStopped)) throw error;
    services.log.warn(`${scan.uri.fsPath}: ${error.message}`);
    return { scan, problem: error };
  }
}

/** Puts a result up for decision. Throws ScanError where the scan on screen is not the one that the model saw. */
export async function propose(
  scan: NamedScan,
  {
    candidates,
    defaultThreshold,
    image,
    minimumVolume,
    model,
    volumes,
  }: Pick<SegmentResult, 'candidates' | 'defaultThreshold' | 'image' | 'minimumVolume' | 'model' | 'volumes'>,
  { proposals, sessions }: Pick<Services, 'proposals' | 'sessions'>,
  slices: readonly number[] | undefined,
): Promise<PendingProposal> {
  for (const { document } of editorsOf(scan, sessions)) {
    if (!document.decoded || annotationMatches(image, document.decoded).matches) continue;
    throw new ScanError(
      document.name,
      vscode.l10n.t('What the model found is of other voxels than those on screen, and is not shown.'),
      vscode.l10n.t('If the file has changed, close and open it, and run the model again.'),
    );
  }
  if (!candidates) throw new ScanError(scan.files.name, 'the model gave no candidates.', 'Run the command again.');
  const { threshold, ...used } = model;
  const fresh: Proposal = {
    image,
    model: used,
    defaultThreshold,
    minimumVolume,
    candidates,
    decided: [],
    ...(slices && { seen: slices }),
  };
  const known = await proposals.find(image.sha256);
  const joined = slices && known && sameModel(known.proposal.model, used) ? known : undefined;
  const pending: PendingProposal = {
    id: randomUUID(),
    proposal: joined && slices ? withSlices(joined.proposal, fresh, slices) : fresh,
    threshold: joined?.threshold ?? threshold,
    mode: joined?.mode ?? known?.mode ?? 'add',
    uri: scan.uri.toString(),
    name: scan.files.name,
    volumes,
  };
  proposals.put(pending);
  return pending;
}

function describe({ stage, done, total }: InferenceStage): string {
  if (stage === 'decoding') return vscode.l10n.t('reading the scan');
  if (stage === 'loading-model') return vscode.l10n.t('loading the model');
  return vscode.l10n.t('slice {0} of {1}', Math.min(done + 1, total), total);
}
