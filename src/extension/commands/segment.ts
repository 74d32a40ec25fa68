/** "Hemorica: Run Hemorrhage Segmentation": from scans to proposals, of which nothing is kept before it has been accepted. */
import * as vscode from 'vscode';
import { InferenceStopped } from '../../node/inference-client';
import { showFailure } from '../errors';
import { openPending, showPending, totalOf } from '../proposal/list';
import { type Outcome, proposeScans } from '../proposal/run';
import type { PendingProposal } from '../proposal/stored';
import { volumesText } from '../proposal/words';
import { baseName } from '../scan/files';
import { editorsOf, namedScans, targetsOf } from '../scan/named-scans';
import type { Services } from '../services';
import { mayRunModels } from '../trust';

export function registerSegment(services: Services): readonly vscode.Disposable[] {
  const { log, sessions } = services;
  let running = false;
  const run = async (target: unknown, selection: unknown, slice?: number): Promise<void> => {
    const targets = targetsOf(target, selection, sessions);
    const [first] = targets;
    if (!first) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a scan first.'));
      return;
    }
    if (!(await mayRunModels(baseName(first), log))) return;
    if (running) {
      void vscode.window.showInformationMessage(vscode.l10n.t('A segmentation is already running.'));
      return;
    }
    running = true;
    try {
      const { scans, failures } = await namedScans(targets, sessions);
      for (const failure of failures) log.warn(failure);
      if (scans.length === 0) throw new Error(failures[0] ?? vscode.l10n.t('{0} holds no scan.', baseName(first)));
      const { outcomes } = await proposeScans(scans, services, slice === undefined ? undefined : [slice]);
      // Messages wait for the user; the run is over.
      if (scans.length === 1) void tellOne(outcomes[0], services, slice !== undefined);
      else void tellMany(outcomes, failures, services);
    } finally {
      running = false;
    }
  };
  const guarded = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      // The message waits for the user, the caller does not wait for that.
      void showFailure(error, log);
    }
  };
  return [
    vscode.commands.registerCommand('hemorica.runSegmentation', (target?: unknown, selection?: unknown) =>
      guarded(run(target, selection)),
    ),
    vscode.commands.registerCommand('hemorica.runSegmentationOnSlice', async (slice?: unknown) => {
      const { active } = sessions;
      // The page knows which slice of the volume it shows, and asks again with it.
      if (typeof slice === 'number') await guarded(run(active?.document.uri, undefined, slice));
      else if (active) active.run('segmentSlice');
      else void vscode.window.showInformationMessage(vscode.l10n.t('Open a scan first.'));
    }),
    vscode.commands.registerCommand('hemorica.showProposals', () => guarded(showPending(services))),
  ];
}

async function tellOne(outcome: Outcome | undefined, services: Services, quiet: boolean): Promise<void> {
  if (!outcome) return;
  const { scan } = outcome;
  if ('problem' in outcome) {
    const again = {
      label: vscode.l10n.t('Run Again'),
      run: () => vscode.commands.executeCommand('hemorica.runSegmentation', scan.uri),
    };
    await showFailure(outcome.problem, services.log, ...(outcome.problem instanceof InferenceStopped ? [again] : []));
    return;
  }
  const { pending } = outcome;
  services.log.info(lineOf(pending));
  // In an editor the page itself shows what is proposed.
  if (editorsOf(scan, services.sessions).length > 0 && (quiet || totalOf(pending) > 0)) return;
  const message = vscode.l10n.t(
    '{0}: {1}. For research, no medical device.',
    pending.name,
    volumesText(pending.volumes),
  );
  const open = vscode.l10n.t('Open Scan');
  const isOpen = editorsOf(scan, services.sessions).length > 0;
  const chosen = await vscode.window.showInformationMessage(message, ...(isOpen ? [] : [open]));
  if (chosen === open) await openPending(pending);
}

async function tellMany(outcomes: readonly Outcome[], failures: readonly string[], services: Services): Promise<void> {
  const found = outcomes.flatMap((outcome) => ('pending' in outcome ? [outcome.pending] : []));
  const problems = [
    ...failures,
    ...outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem.message] : [])),
  ];
  for (const pending of found) services.log.info(lineOf(pending));
  const list = vscode.l10n.t('Show List');
  const log = vscode.l10n.t('Show Log');
  const summary = vscode.l10n.t(
    'Blood is proposed in {0} of {1} scans. Nothing is saved before you accept it. For research, no medical device.',
    found.filter((pending) => totalOf(pending) > 0).length,
    found.length,
  );
  const chosen =
    problems.length === 0
      ? await vscode.window.showInformationMessage(summary, list)
      : await vscode.window.showWarningMessage(
          `${summary} ${vscode.l10n.t('{0} could not be segmented: {1}', problems.length, problems[0] ?? '')}`,
          ...(found.length > 0 ? [list] : []),
          log,
        );
  if (chosen === list) await vscode.commands.executeCommand('hemorica.showProposals');
  else if (chosen === log) services.log.show();
}

function lineOf({ name, proposal, volumes }: PendingProposal): string {
  const { model } = proposal;
  return `${name}: ${volumesText(volumes)}, ${model.name} ${model.version} (${model.provider})`;
}
