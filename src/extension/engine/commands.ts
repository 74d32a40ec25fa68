/** Commands about what runs models: setting up a GPU, and servers. */
import * as vscode from 'vscode';
import type { Engine, EngineRun } from '../../node/inference-client';
import { showFailure } from '../errors';
import { chosenModel } from '../models/model';
import type { Services } from '../services';
import { SECTION } from '../settings';
import type { EngineSource } from './engine';
import { engineLines } from './report';
import { cudaFolderSetting, remoteSettings } from './settings';

/** "publisher.extension#walkthrough" for the guide to a GPU. */
const GUIDE = 'hemorica.hemorica#gpu';

export function registerEngine(services: Services, source: EngineSource): vscode.Disposable[] {
  const command = (name: string, run: () => Promise<unknown>): vscode.Disposable =>
    vscode.commands.registerCommand(name, () => run().catch((error: unknown) => showFailure(error, services.log)));
  return [
    command('hemorica.setUpGpu', async () => vscode.commands.executeCommand('workbench.action.openWalkthrough', GUIDE)),
    command('hemorica.chooseCudaFolder', chooseFolder),
    command('hemorica.testEngine', () => test(services, source)),
    command('hemorica.setRemoteToken', () => setToken(source)),
    command('hemorica.forgetRemote', () => forget(source)),
  ];
}

/** Lets the user name the folder with CUDA's libraries. */
async function chooseFolder(): Promise<void> {
  const current = cudaFolderSetting();
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Use Folder'),
      title: vscode.l10n.t("Folder with CUDA's libraries"),
      ...(current !== '' && { defaultUri: vscode.Uri.file(current) }),
    })) ?? [];
  if (!folder) return;
  const configuration = vscode.workspace.getConfiguration(SECTION);
  await configuration.update('inference.cudaFolder', folder.fsPath, vscode.ConfigurationTarget.Global);
  await vscode.commands.executeCommand('hemorica.testEngine');
}

/** Runs the chosen model on nothing and shows what ran it. */
async function test(services: Services, source: EngineSource): Promise<EngineRun> {
  const { folder, providers, threads } = await chosenModel(services, 'segmentation');
  const client = services.inference();
  client.forgetCrashes();
  source.refresh();
  const trial = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Trying the model'), cancellable: true },
    (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return client.tryEngine(
        { model: folder, providers, ...(threads !== undefined && { threads }) },
        { signal: abort.signal },
      );
    },
  );
  const run = { model: trial.model.name, provider: trial.model.provider, attempts: trial.attempts };
  const [ran, ...others] = engineLines(run);
  const time = vscode.l10n.t('One picture took {0} ms.', Math.max(1, Math.round(trial.milliseconds)));
  const [guide, log] = [vscode.l10n.t('Set Up GPU'), vscode.l10n.t('Show Log')];
  const buttons = others.length > 0 ? [guide, log] : [log];
  void vscode.window.showInformationMessage([ran, time, ...others].join(' '), ...buttons).then((chosen) => {
    if (chosen === guide) void vscode.commands.executeCommand('hemorica.setUpGpu');
    if (chosen === log) services.log.show();
  });
  return run;
}

/** Asks for the token of the server that is set. */
async function setToken(source: EngineSource): Promise<void> {
  const { url } = needRemote();
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t('Token for {0}', url),
    prompt: vscode.l10n.t(
      "It is kept in the editor's secret storage and sent to this server only. Empty to remove it.",
    ),
    password: true,
    ignoreFocusOut: true,
  });
  if (token !== undefined) await source.setToken(url, token.trim());
}

async function forget({ consent }: EngineSource): Promise<void> {
  const { agreed } = consent;
  await consent.forget();
  void vscode.window.showInformationMessage(
    agreed.length > 0
      ? vscode.l10n.t('Hemorica asks again before scans go to {0}.', agreed.join(', '))
      : vscode.l10n.t('No server may get scans of this workspace.'),
  );
}

function needRemote(): NonNullable<Engine['remote']> {
  const remote = remoteSettings();
  if (remote) return remote;
  throw new Error(
    vscode.l10n.t('No server is set. Name one in the setting {0} first.', '"hemorica.inference.remote.endpoint"'),
  );
}
