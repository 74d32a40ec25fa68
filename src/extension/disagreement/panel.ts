/** The page that lists the disagreements of a folder. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { disagreementCsv } from '../../core/metrics/disagreement-table';
import { writeAtomically } from '../../node/atomic-write';
import {
  CompareAgain,
  DisagreementChanged,
  DisagreementProgressed,
  DisagreementReady,
  type DisagreementView,
  ExportDisagreement,
  OpenDisagreement,
  ScansCompared,
  StopComparing,
} from '../../protocol/disagreement';
import { contentSecurityPolicy } from '../editor/csp';
import { connect } from '../editor/transport';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { viewSettings } from '../settings';
import { openPlace, type Place } from './open';
import type { DisagreementRun } from './run';

export const DISAGREEMENT_VIEW = 'hemorica.disagreement';

/** Progress is told so often at most, ms. */
const PROGRESS_EVERY = 100;

export interface DisagreementPanel extends vscode.Disposable {
  readonly onDidDispose: vscode.Event<void>;
  /** What the page shows. */
  readonly view: DisagreementView;
  reveal(): void;
  /** Opens a scan of the list, as the page asks for it. Throws ScanError where another scan of that name is on screen. */
  open(name: string, place: Place): Promise<void>;
  /** Shows another run, which belongs to the panel from now on. */
  show(run: DisagreementRun): void;
}

/** Opens the page. `again` is called when the user asks for another run. The panel disposes of the run that it shows. */
export function openDisagreementPanel(
  first: DisagreementRun,
  again: () => void,
  services: Services,
): DisagreementPanel {
  const dist = vscode.Uri.joinPath(services.extensionUri, 'dist');
  const title = vscode.l10n.t('Disagreements in {0}', path.basename(first.folder));
  const panel = vscode.window.createWebviewPanel(DISAGREEMENT_VIEW, title, vscode.ViewColumn.Active, {
    enableScripts: true,
    retainContextWhenHidden: true,
    localResourceRoots: [dist],
  });
  panel.iconPath = new vscode.ThemeIcon('list-ordered');
  const { webview } = panel;
  const disposed = new vscode.EventEmitter<void>();
  const connection = connect(webview, (error) => services.log.warn(`${title}: ${error.message}`));
  let run = first;
  let ready = false;
  let told = 0;
  let listeners: vscode.Disposable | undefined;
  const send = (send: () => Promise<void>): void => {
    if (ready) send().catch((error: Error) => services.log.warn(`${title}: ${error.message}`));
  };
  const failed = (error: unknown): void => void showFailure(error, services.log);
  const listen = (): void => {
    listeners?.dispose();
    listeners = vscode.Disposable.from(
      run.onDidCompare((scans) => send(() => connection.sendNotification(ScansCompared, { scans }))),
      run.onDidProgress((progress) => {
        const now = Date.now();
        if (progress.running && now - told < PROGRESS_EVERY) return;
        told = now;
        send(() => connection.sendNotification(DisagreementProgressed, progress));
      }),
    );
  };
  connection.onRequest(DisagreementReady, () => {
    ready = true;
    return viewOf(run);
  });
  connection.onNotification(OpenDisagreement, ({ name, at, focus }) => {
    openListed(run, name, { at, focus }, services).catch(failed);
  });
  connection.onNotification(CompareAgain, again);
  connection.onNotification(StopComparing, () => run.stop());
  connection.onNotification(ExportDisagreement, () => exportCsv(run).catch(failed));
  connection.listen();
  listen();
  panel.onDidDispose(() => {
    listeners?.dispose();
    connection.dispose();
    run.dispose();
    disposed.fire();
    disposed.dispose();
  });
  webview.html = page(webview, dist);
  return {
    onDidDispose: disposed.event,
    get view() {
      return viewOf(run);
    },
    reveal: () => panel.reveal(),
    open: (name, place) => openListed(run, name, place, services),
    show(next) {
      run.dispose();
      run = next;
      listen();
      send(() => connection.sendNotification(DisagreementChanged, viewOf(run)));
    },
    dispose: () => panel.dispose(),
  };
}

function viewOf({ folder, model, scans, progress }: DisagreementRun): DisagreementView {
  const { name, version, threshold } = model;
  return {
    folder: path.basename(folder),
    model: { name, version, threshold },
    scans,
    progress,
    colors: viewSettings(vscode.Uri.file(folder)).subtypeColors,
    language: vscode.env.language,
    ...(vscode.l10n.bundle ? { translations: vscode.l10n.bundle } : {}),
  };
}

async function openListed(run: DisagreementRun, name: string, place: Place, services: Services): Promise<void> {
  const known = run.known(name);
  const file = run.fileOf(name);
  if (known) await openPlace(known, place, services);
  // What could not be compared is opened as text: there is where it says what it belongs to.
  else if (file !== undefined) {
    const viewColumn = vscode.ViewColumn.Beside;
    await vscode.window.showTextDocument(vscode.Uri.file(file), {
      viewColumn,
      preserveFocus: !place.focus,
      preview: true,
    });
  }
}

async function exportCsv({ folder, scans }: DisagreementRun): Promise<void> {
  const chosen = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(folder, 'disagreement.csv')),
    filters: { [vscode.l10n.t('Comma-separated values')]: ['csv'] },
  });
  if (chosen) await writeAtomically(chosen.fsPath, disagreementCsv(scans));
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
<link rel="stylesheet" href="${asset('disagreement.css')}">
</head>
<body>
<main id="root"></main>
<script src="${asset('disagreement.js')}"></script>
</body>
</html>`;
}
