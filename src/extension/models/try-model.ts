/** Trying a model on the scan in front, to see whether its manifest fits its network. */
import * as vscode from 'vscode';
import type { RequestOptions } from '../../node/inference-client';
import { isUsable, modelIn, type UsableModel } from '../../node/models';
import { nameOf } from '../../node/scan-files';
import { scanOnDisk } from '../annotation/locate';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { chooseModel, openManifest, usualTarget } from './actions';
import { placeOf } from './manifest-text';
import { howToRun } from './model';
import { withCancel } from './with-cancel';

/** Runs a model on the scan in front, or only loads it where none is open, and says what came of it. */
export async function tryModel(services: Services, folder: string): Promise<void> {
  try {
    const model = await modelIn(folder, 'added');
    if (!isUsable(model)) throw model.problem;
    const outcome = await withCancel(vscode.l10n.t('Trying {0}', model.manifest.title), (options) =>
      run(services, model, options),
    );
    if (outcome !== undefined) await showFit(services, model, outcome);
  } catch (error) {
    await showMisfit(services, folder, error);
  }
}

/** What the model found, as a sentence. */
async function run(services: Services, model: UsableModel, options: RequestOptions): Promise<string> {
  const { inference, sessions } = services;
  const { title, task } = model.manifest;
  const scan = sessions.active?.document;
  if (scan?.uri.scheme !== 'file') {
    await inference().checkModel(model.folder, options);
    return vscode.l10n.t('{0} loads. Open a scan to try it on.', title);
  }
  const files = await scanOnDisk(scan.uri.fsPath, scan.decoded?.seriesInstanceUid);
  const { providers, threads } = howToRun();
  const params = { ...nameOf(files), model: model.folder, providers, ...(threads !== undefined && { threads }) };
  const { name } = files;
  if (task === 'classification') {
    const { patient } = await inference().classify(params, options);
    const percent = Math.round(100 * (patient.any ?? 0));
    return vscode.l10n.t('{0} fits its manifest. {1}: hemorrhage with a probability of {2} %.', title, name, percent);
  }
  const { volumes, slices } = await inference().segment(params, options);
  const volume = volumes.reduce((sum, part) => sum + part, 0);
  return slices.length === 0
    ? vscode.l10n.t('{0} fits its manifest. {1}: no blood found.', title, name)
    : vscode.l10n.t(
        '{0} fits its manifest. {1}: {2} mL of blood on {3} slices.',
        title,
        name,
        volume.toFixed(1),
        slices.length,
      );
}

async function showFit(services: Services, model: UsableModel, outcome: string): Promise<void> {
  services.log.info(`${model.folder}: ${outcome}`);
  const [use, open] = [vscode.l10n.t('Use This Model'), vscode.l10n.t('Open Manifest')];
  const text = vscode.l10n.t('{0} For research, no medical device.', outcome);
  const chosen = await vscode.window.showInformationMessage(text, use, open);
  if (chosen === open) await openManifest(model.folder);
  if (chosen !== use) return;
  const { source } = (await services.models.all()).find(({ folder }) => folder === model.folder) ?? model;
  await chooseModel(model.manifest.task, model.name, usualTarget(model.manifest.task, { ...model, source }));
}

/** Opens the manifest where the error says that it is wrong, so that it can be corrected there. */
async function showMisfit(services: Services, folder: string, error: unknown): Promise<void> {
  const editor = await openManifest(folder);
  const place = placeOf(editor.document.getText(), error instanceof Error ? error.message : '');
  if (place) {
    const range = new vscode.Range(
      editor.document.positionAt(place.offset),
      editor.document.positionAt(place.offset + place.length),
    );
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
  await showFailure(error, services.log, {
    label: vscode.l10n.t('Try Again'),
    run: () => vscode.commands.executeCommand('hemorica.tryModel', folder),
  });
}
