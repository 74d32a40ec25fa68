/** "Hemorica: Show Annotation History": the volume of each subtype over the commits of an annotation. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { historyOf } from '../../node/git/history';
import { repositoryOf } from '../../node/git/repository';
import {
  HistoryChanged,
  type HistoryCommit,
  HistoryReady,
  type HistoryView,
  ShowVersion,
} from '../../protocol/history';
import { gitApi } from '../compare/git-api';
import { contentSecurityPolicy } from '../editor/csp';
import { connect } from '../editor/transport';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { viewSettings } from '../settings';
import { addressAt, annotationInFront, pathOnDisk, trustedGit } from './git';

export const HISTORY_VIEW = 'hemorica.history';

export function registerHistory(services: Services): vscode.Disposable {
  const panels = new Map<string, vscode.WebviewPanel>();
  return vscode.commands.registerCommand('hemorica.showAnnotationHistory', async (given: unknown) => {
    try {
      const file = pathOnDisk(annotationInFront(given, services));
      const view = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Reading the history of the annotation...') },
        () => readHistory(file),
      );
      if (view.commits.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('No commit has {0} yet.', path.basename(file)));
        return;
      }
      const open = panels.get(file);
      if (open) {
        open.reveal();
        return;
      }
      const panel = openPanel(file, view, services);
      panels.set(file, panel);
      panel.onDidDispose(() => panels.delete(file));
    } catch (error) {
      void showFailure(error, services.log);
    }
  });
}

async function readHistory(file: string): Promise<HistoryView> {
  const git = await trustedGit();
  const commits = await historyOf(git, await repositoryOf(git, file), file);
  return {
    file: path.basename(file),
    commits: commits.map(({ review: _, ...commit }) => commit),
    colors: viewSettings(vscode.Uri.file(file)).subtypeColors,
    language: vscode.env.language,
    ...(vscode.l10n.bundle ? { translations: vscode.l10n.bundle } : {}),
  };
}

function openPanel(file: string, first: HistoryView, services: Services): vscode.WebviewPanel {
  const dist = vscode.Uri.joinPath(services.extensionUri, 'dist');
  const title = vscode.l10n.t('History of {0}', path.basename(file));
  const panel = vscode.window.createWebviewPanel(HISTORY_VIEW, title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [dist],
  });
  const { webview } = panel;
  let view = first;
  const connection = connect(webview, (error) => services.log.warn(`${title}: ${error.message}`));
  connection.onRequest(HistoryReady, () => view);
  connection.onNotification(ShowVersion, ({ hash }) => {
    const commit = view.commits.find((one) => one.hash === hash);
    if (commit) showVersion(file, commit).catch((error: unknown) => showFailure(error, services.log));
  });
  connection.listen();
  const refresh = async (): Promise<void> => {
    const next = await readHistory(file);
    if (next.commits.at(-1)?.hash === view.commits.at(-1)?.hash && next.commits.length === view.commits.length) return;
    view = next;
    await connection.sendNotification(HistoryChanged, view);
  };
  let subscription: vscode.Disposable | undefined;
  let gone = false;
  void gitApi().then((git) => {
    if (gone) return;
    subscription = git?.getRepository(vscode.Uri.file(file))?.state.onDidChange(() => {
      refresh().catch((error: Error) => services.log.warn(`${title}: ${error.message}`));
    });
  });
  panel.onDidDispose(() => {
    gone = true;
    subscription?.dispose();
    connection.dispose();
  });
  webview.html = page(webview, dist);
  return panel;
}

/** Opens the comparison of a version with the present one; as text where there is nothing better. */
async function showVersion(file: string, { name, hash }: HistoryCommit): Promise<void> {
  const [then, now] = [await addressAt(file, name, hash), vscode.Uri.file(file)];
  const visual = (await vscode.commands.getCommands(true)).includes('hemorica.compareAnnotations');
  await vscode.commands.executeCommand(visual ? 'hemorica.compareAnnotations' : 'vscode.diff', then, now);
}

function page(webview: vscode.Webview, dist: vscode.Uri): string {
  const asset = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(webview.cspSource)}">
<title>Hemorica</title>
<link rel="stylesheet" href="${asset('history.css')}">
</head>
<body>
<main id="root"></main>
<script src="${asset('history.js')}"></script>
</body>
</html>`;
}
