import * as vscode from 'vscode';
import { SCAN_VIEW } from '../editor/provider';
import { chooseSeries } from '../scan/choose';
import { baseName } from '../scan/files';
import { middleFile, type Series, seriesIn } from '../scan/series';
import type { Services } from '../services';

/** "Hemorica: Open DICOM Series": on a folder of the explorer, or from the palette on a folder to choose. */
export function registerOpenSeries(services: Services): vscode.Disposable {
  return vscode.commands.registerCommand('hemorica.openDicomSeries', async (target?: vscode.Uri) => {
    const folder = target ?? (await askFolder());
    if (folder) await openSeries(folder, services);
  });
}

async function askFolder(): Promise<vscode.Uri | undefined> {
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Hemorica: Open DICOM Series'),
    openLabel: vscode.l10n.t('Open Series'),
    canSelectFiles: false,
    canSelectFolders: true,
    ...(first ? { defaultUri: first } : {}),
  });
  return picked?.[0];
}

async function openSeries(folder: vscode.Uri, services: Services): Promise<void> {
  const found = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking for DICOM series in {0}...', baseName(folder)),
      cancellable: true,
    },
    async (_progress, token): Promise<Series[] | Error> => {
      try {
        const series = await seriesIn(folder, services.headers, () => token.isCancellationRequested);
        return token.isCancellationRequested ? new vscode.CancellationError() : series;
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    },
  );
  if (found instanceof vscode.CancellationError) return;
  if (found instanceof Error) {
    services.log.error(`${folder.toString(true)}: ${found.message}`);
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0}: the folder could not be read ({1}). Check its permissions.', baseName(folder), found.message),
    );
    return;
  }
  const series = found.length > 1 ? await chooseSeries(found) : found[0];
  if (found.length === 0) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        '{0}: no DICOM images were found here. Choose the folder that holds the files of a scan.',
        baseName(folder),
      ),
    );
  }
  const first = series && middleFile(series.files);
  if (first) await vscode.commands.executeCommand('vscode.openWith', first.uri, SCAN_VIEW);
}
