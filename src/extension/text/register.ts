/** Everything around the text of annotations, as the composition root joins it to the rest. */
import * as vscode from 'vscode';
import { version } from '../../../package.json';
import { InferenceStopped } from '../../node/inference-client';
import { showFailure } from '../errors';
import { baseName } from '../scan/files';
import type { Services } from '../services';
import { SECTION } from '../settings';
import { ClosedFiles } from './closed-files';
import { Fixes } from './fixes';
import { Hovers } from './hovers';
import { KnownFiles } from './known';
import { Lenses } from './lenses';
import { OpenTexts } from './open-texts';
import { ANNOTATION_FILES, isAnnotation, Readings, smallestIsland } from './reading';
import { ScanChecks } from './scan-checks';

/** The workspace is looked through once the window has come to rest, ms. */
const REST = 2000;

/** What others may ask of the texts. */
export interface Texts extends vscode.Disposable {
  readonly closed: ClosedFiles;
  readonly readings: Readings;
}

/** @param storage Folder for what is kept from window to window; undefined where there is no workspace. */
export function registerTexts(services: Services, storage: vscode.Uri | undefined): Texts {
  const { extensionUri, log, sessions } = services;
  const docs = vscode.Uri.joinPath(extensionUri, 'docs', 'diagnostics.md');
  const collection = vscode.languages.createDiagnosticCollection('hemorica');
  const readings = new Readings(sessions);
  const scans = new ScanChecks(services, docs, collection);
  const known = new KnownFiles(rules());
  const closed = new ClosedFiles(readings, collection, docs, known, log, (uri) => void scans.changed(uri));
  const open = new OpenTexts(readings, collection, docs, (uri) => closed.soon(uri));
  const lenses = new Lenses(readings);
  const cancel = new vscode.CancellationTokenSource();
  const file = storage && vscode.Uri.joinPath(storage, 'findings.json');
  const lookThrough = async (token: vscode.CancellationToken): Promise<void> => {
    if (vscode.workspace.getConfiguration(SECTION).get<boolean>('check.workspace') === false) return;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Checking annotations') },
      (progress) =>
        closed.all(token, (done, total) => {
          if (total > 50 && done % 10 === 0) progress.report({ message: `${done} / ${total}` });
        }),
    );
    if (file && known.changed) await keep(file, known);
  };
  const first = setTimeout(async () => {
    if (file) known.load(await read(file));
    await lookThrough(cancel.token);
  }, REST);
  let shown = '';
  const { languages, workspace, commands } = vscode;
  const parts = vscode.Disposable.from(
    collection,
    readings,
    scans,
    closed,
    open,
    { dispose: () => clearTimeout(first) },
    { dispose: () => cancel.cancel() },
    languages.registerCodeActionsProvider(ANNOTATION_FILES, new Fixes(readings, scans), Fixes.metadata),
    languages.registerCodeLensProvider(ANNOTATION_FILES, lenses),
    languages.registerHoverProvider(ANNOTATION_FILES, new Hovers(readings)),
    workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(`${SECTION}.check`)) return;
      known.reset(rules());
      open.again();
      void lookThrough(cancel.token);
    }),
    workspace.onDidChangeWorkspaceFolders(() => void lookThrough(cancel.token)),
    sessions.onDidChange(() => {
      // Editors report every turn of the wheel; only another decoded scan changes what is found.
      const now = sessions.all
        .map(({ document }) => `${document.annotated.file.uri} ${document.decoded?.sha256}`)
        .join();
      if (now === shown) return;
      shown = now;
      open.again();
      lenses.again();
      for (const { document } of sessions.all) {
        const { uri } = document.annotated.file;
        if (document.decoded && uri) closed.soon(uri);
      }
    }),
    commands.registerCommand('hemorica.checkAnnotation', (target?: unknown) =>
      checkAnnotation(target, services, scans, closed),
    ),
  );
  return { closed, readings, dispose: () => parts.dispose() };
}

/** What findings depend on beside the files: ours, and the settings. */
function rules(): string {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [version, ...folders.map(({ uri }) => smallestIsland(uri))].join(' ');
}

async function read(file: vscode.Uri): Promise<string> {
  try {
    return Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
  } catch {
    return '';
  }
}

async function keep(file: vscode.Uri, known: KnownFiles): Promise<void> {
  try {
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(file, '..'));
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(known.toText()));
  } catch {
    // The next window reads the files again; that is all there is to lose.
  }
}

/** "Hemorica: Check Annotation": the text, and the mask against its scan. */
async function checkAnnotation(
  target: unknown,
  { sessions, log }: Services,
  scans: ScanChecks,
  closed: ClosedFiles,
): Promise<void> {
  const uri = target instanceof vscode.Uri ? target : annotationInFront();
  if (!uri || !isAnnotation(uri)) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Open an annotation or its scan first.'));
    return;
  }
  closed.soon(uri);
  if (!vscode.workspace.isTrusted || uri.scheme !== 'file') {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0}: only its text was checked. Its scan is read in trusted workspaces on this machine.',
        baseName(uri),
      ),
    );
    return;
  }
  try {
    const found = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Holding {0} against its scan', baseName(uri)),
        cancellable: true,
      },
      (_progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return scans.check(uri, abort.signal);
      },
    );
    if (found === 'not-hounsfield') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0} belongs to its scan. The scan has no HU to hold the mask against.', baseName(uri)),
      );
    } else if (found !== 0) await vscode.commands.executeCommand('workbench.actions.view.problems');
    else vscode.window.setStatusBarMessage(vscode.l10n.t('{0}: the mask fits its scan.', baseName(uri)), 5000);
  } catch (error) {
    const again = {
      label: vscode.l10n.t('Run Again'),
      run: () => vscode.commands.executeCommand('hemorica.checkAnnotation', uri),
    };
    void (error instanceof InferenceStopped ? showFailure(error, log, again) : showFailure(error, log));
  }

  function annotationInFront(): vscode.Uri | undefined {
    const active = vscode.window.activeTextEditor?.document.uri;
    return active && isAnnotation(active) ? active : sessions.active?.document.annotated.file.uri;
  }
}
