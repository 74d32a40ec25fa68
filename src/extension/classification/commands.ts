/** "Hemorica: Run Hemorrhage Classification" and what is done with its result. */

import * as vscode from 'vscode';
import { SUBTYPE_NAMES, SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import type { LabelMode } from '../../core/model/classify-labels';
import { percentText } from '../../core/model/percent';
import { InferenceStopped } from '../../node/inference-client';
import type { ClassificationView, ClassifyResult } from '../../protocol/classification';
import { SCAN_VIEW } from '../editor/provider';
import type { ScanSession } from '../editor/session';
import { showFailure } from '../errors';
import { chosenModel, type ModelChoice } from '../models/model';
import { baseName } from '../scan/files';
import { editorsOf, type NamedScan, searchScans, targetsOf } from '../scan/named-scans';
import type { Services } from '../services';
import { mayRunModels } from '../trust';
import { chooseOutcome } from './result-list';
import { classifyScans, type Outcome } from './run';
import { foundText, suspectedCount } from './words';

export function registerClassification(services: Services): vscode.Disposable[] {
  const { sessions, log } = services;
  /** What the last run over several scans found. */
  let listed: readonly Outcome[] = [];
  let running = false;
  const guarded =
    (work: (...parameters: unknown[]) => Promise<void>) =>
    async (...parameters: unknown[]): Promise<void> => {
      try {
        await work(...parameters);
      } catch (error) {
        await showFailure(error, log);
      }
    };
  const list = async (): Promise<void> => {
    const chosen = await chooseOutcome(listed);
    if (!chosen) return;
    if ('result' in chosen) await open(chosen.scan, chosen.result, services);
    else await showFailure(chosen.problem, log);
  };
  const run = async (target: unknown, selection: unknown): Promise<void> => {
    const targets = targetsOf(target, selection, sessions);
    const [first] = targets;
    if (!first) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a scan first.'));
      return;
    }
    if (!(await mayRunModels(baseName(first), log))) return;
    if (running) {
      void vscode.window.showInformationMessage(vscode.l10n.t('A classification is already running.'));
      return;
    }
    running = true;
    try {
      const model = await modelToRun(services);
      if (!model) return;
      const found = await searchScans(targets, sessions);
      if (!found) return;
      const { scans, failures } = found;
      for (const failure of failures) log.warn(failure);
      if (scans.length === 0) throw new Error(failures[0] ?? vscode.l10n.t('{0} holds no scan.', baseName(first)));
      const { outcomes } = await classifyScans(scans, model, services);
      for (const outcome of outcomes) if ('result' in outcome) log.info(lineOf(outcome.scan, outcome.result));
      if (scans.length === 1) await showOne(outcomes[0], services);
      else if (outcomes.length > 0) {
        listed = outcomes;
        void vscode.commands.executeCommand('setContext', 'hemorica.classificationResults', true);
        if (failures.length > 0) tellFailures(failures, services);
        // The list waits for the user; the run is over.
        void list().catch((error: unknown) => showFailure(error, log));
      }
    } finally {
      running = false;
    }
  };
  const inFront = (): ScanSession | undefined =>
    sessions.active?.document.classification.view === undefined ? undefined : sessions.active;
  return [
    contextOf(services, inFront),
    vscode.commands.registerCommand('hemorica.runClassification', guarded(run)),
    vscode.commands.registerCommand('hemorica.showClassificationResults', guarded(list)),
    vscode.commands.registerCommand('hemorica.dismissClassification', () =>
      inFront()?.document.classification.dismiss(),
    ),
    vscode.commands.registerCommand(
      'hemorica.setLabelsFromClassification',
      guarded(async () => {
        const session = inFront();
        if (session) await setLabels(session);
      }),
    ),
  ];
}

/** The model to run; where there is none the user is told and can choose or add one. */
async function modelToRun(services: Services): Promise<ModelChoice | undefined> {
  try {
    return await chosenModel(services, 'classification');
  } catch (error) {
    // The message waits for the user; the run is over.
    void showFailure(error, services.log, {
      label: vscode.l10n.t('Select Model'),
      run: () => vscode.commands.executeCommand('hemorica.selectModel', 'classification'),
    });
    return undefined;
  }
}

/** Shows the result of a single scan in its editors, which is opened where there is none. */
async function showOne(outcome: Outcome | undefined, services: Services): Promise<void> {
  if (!outcome) return;
  if ('problem' in outcome) {
    const again = {
      label: vscode.l10n.t('Run Again'),
      run: () => vscode.commands.executeCommand('hemorica.runClassification', outcome.scan.uri),
    };
    void showFailure(outcome.problem, services.log, ...(outcome.problem instanceof InferenceStopped ? [again] : []));
    return;
  }
  const { scan, result } = outcome;
  await open(scan, result, services);
  const found = summary(result);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0}: {1}. For research, no medical device.', scan.files.name, found),
  );
}

/** Shows a scan with a result; says so where the scan is no longer the one that the model saw. */
async function open(scan: NamedScan, result: ClassifyResult, { sessions }: Services): Promise<void> {
  const [there] = editorsOf(scan, sessions);
  if (there) there.panel.reveal();
  else await vscode.commands.executeCommand('vscode.openWith', scan.uri, SCAN_VIEW);
  for (const { document } of editorsOf(scan, sessions)) {
    document.classification.show(result);
    const { problem } = document.classification;
    if (problem !== undefined) throw new Error(`${document.name}: ${problem}`);
  }
}

/** Asks what the page's card asks, for those who use the palette. */
async function setLabels({ document }: ScanSession): Promise<void> {
  const { classification } = document;
  const { view } = classification;
  if (!view) return;
  const subtype = await subtypeFor(view);
  if (subtype === null) return;
  const modes: (vscode.QuickPickItem & { readonly mode: LabelMode })[] = [
    {
      mode: 'merge',
      label: vscode.l10n.t('Add to the Labels'),
      detail: vscode.l10n.t('What is stated of slices and patient stays as it is.'),
    },
    {
      mode: 'replace',
      label: vscode.l10n.t('Replace the Labels'),
      detail: vscode.l10n.t('What is stated of slices and patient is replaced by the result.'),
    },
  ];
  const chosen = await vscode.window.showQuickPick(modes, { title: vscode.l10n.t('Set Labels From Classification') });
  if (!chosen) return;
  const { threshold } = view;
  const changed = classification.setLabels({
    mode: chosen.mode,
    ...(threshold !== undefined && { threshold }),
    ...(subtype && { subtype }),
  });
  if (!changed) void vscode.window.showInformationMessage(vscode.l10n.t('The labels say so already.'));
}

/** What blood is to be called where the model does not say; null if the user does not want to say either. */
async function subtypeFor({ result }: ClassificationView): Promise<Subtype | undefined | null> {
  if (result.classes.some((name) => name !== 'any')) return undefined;
  const items = SUBTYPES.map((subtype) => ({ label: subtype, description: SUBTYPE_NAMES[subtype], subtype }));
  const title = vscode.l10n.t('The model tells no subtypes apart: what is blood to be called?');
  return (await vscode.window.showQuickPick(items, { title }))?.subtype ?? null;
}

/** Keeps `hemorica.classification` true while the editor in front shows a result. */
function contextOf({ sessions }: Services, inFront: () => ScanSession | undefined): vscode.Disposable {
  let known = false;
  return sessions.onDidChange(() => {
    const now = inFront() !== undefined;
    if (now === known) return;
    known = now;
    void vscode.commands.executeCommand('setContext', 'hemorica.classification', now);
  });
}

function tellFailures(failures: readonly string[], { log }: Services): void {
  const show = vscode.l10n.t('Show Log');
  const message =
    failures.length === 1
      ? (failures[0] ?? '')
      : vscode.l10n.t('{0} files could not be read as scans. {1}', failures.length, failures[0] ?? '');
  void vscode.window.showWarningMessage(message, show).then((answer) => {
    if (answer === show) log.show();
  });
}

/** "blood 93 % (IPH 88 %), 7 of 34 slices suspected" */
function summary(result: ClassifyResult): string {
  const subtypes = foundText(result);
  return vscode.l10n.t(
    'blood {0}{1}, {2} of {3} slices suspected',
    percentText(result.patient.any ?? 0),
    subtypes === '' ? '' : ` (${subtypes})`,
    suspectedCount(result),
    result.slices.length,
  );
}

function lineOf({ uri }: NamedScan, result: ClassifyResult): string {
  return `${uri.fsPath}: ${summary(result)}, ${result.model.name} (${result.model.provider})`;
}
