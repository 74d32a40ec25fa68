import * as vscode from 'vscode';
import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { EditRefused } from '../../core/document/refused';
import { ScanError } from '../../core/volume';
import type { WireError } from '../../protocol/decode';
import { Edit, Edited } from '../../protocol/edit';
import {
  AnnotationChanged,
  InvokeCommand,
  PageFailed,
  Ready,
  type ReadyResult,
  type RemoteFile,
  RunCommand,
  ScanDecoded,
  Series,
  SettingsChanged,
  StatusChanged,
  type ViewCommand,
  type ViewStatus,
} from '../../protocol/view';
import { answerAboutText } from '../annotation/line-of';
import { answerAboutClassification } from '../classification/answer';
import { answerWhoChanged } from '../git/blame';
import { answerAboutProposal } from '../proposal/answer';
import { hasNeighbours } from '../scan/files';
import type { DicomFiles, ScanFile } from '../scan/source';
import type { Services } from '../services';
import { SECTION, viewSettings } from '../settings';
import type { ScanDocument } from './document';
import { scanPage } from './html';
import { connect } from './transport';

/** One editor tab: a page that shows a document, and the connection to it. */
export class ScanSession implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the tab was activated or left, its annotation has changed, or its page reports another slice, window or focus. */
  readonly onDidChange = this.#changed.event;
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  #connection: MessageConnection | undefined;
  /** Whether the page of the present connection has asked for its scan, and so listens. */
  #ready = false;
  #gone = false;
  #status: ViewStatus | undefined;

  constructor(
    readonly document: ScanDocument,
    readonly panel: vscode.WebviewPanel,
    private readonly services: Services,
  ) {
    const { webview } = panel;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(services.extensionUri, 'dist'),
        vscode.Uri.joinPath(services.extensionUri, 'media'),
        document.folder,
      ],
    };
    this.#connect();
    this.#subscriptions.push(
      panel.onDidChangeViewState(() => this.#viewStateChanged()),
      panel.onDidDispose(() => this.dispose()),
      document.annotated.onDidChange((annotation) => {
        this.#notify(() => this.#connection?.sendNotification(AnnotationChanged, annotation));
        this.#changed.fire();
      }),
      document.annotated.onDidEdit(({ edit, revision, origin }) => {
        if (origin !== this) this.#notify(() => this.#connection?.sendNotification(Edited, { edit, revision }));
      }),
      document.classification.onDidChange(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SECTION, document.uri)) {
          this.#notify(() => this.#connection?.sendNotification(SettingsChanged, viewSettings(document.uri)));
        }
      }),
    );
    // NIfTI files are read as a stream instead, and a DICOMDIR is not for the page.
    const first = /\.dcm$/i.test(document.uri.path) && hasNeighbours(document.uri) ? document.uri : undefined;
    webview.html = scanPage(webview, services.extensionUri, 'scan', first);
  }

  /** What the page reported last; undefined before its first report. */
  get status(): ViewStatus | undefined {
    return this.#status;
  }

  get active(): boolean {
    return this.panel.active;
  }

  /** Sends a command to the page. */
  run(command: ViewCommand, argument?: number | string): void {
    this.#notify(() =>
      this.#connection?.sendNotification(RunCommand, argument === undefined ? { command } : { command, argument }),
    );
  }

  #connect(): void {
    this.#connection?.dispose();
    this.#ready = false;
    const { log } = this.services;
    const connection = connect(this.panel.webview, (error) => log.warn(`${this.document.name}: ${error.message}`));
    connection.onRequest(Ready, () => this.#answerReady(connection));
    answerAboutText(connection, this.document);
    answerWhoChanged(connection, this.document);
    answerAboutClassification(connection, this.document);
    answerAboutProposal(connection, this.document);
    connection.onNotification(ScanDecoded, (decoded) => {
      log.info(`${this.document.name}: ${decoded.size.join(' x ')} voxels, ${decoded.format}`);
      void this.document.reportDecoded(decoded);
    });
    connection.onRequest(Edit, ({ edit }) => {
      const { annotated } = this.document;
      try {
        annotated.edit(edit, this);
      } catch (error) {
        if (error instanceof EditRefused) return new ResponseError<void>(ErrorCodes.InvalidRequest, error.message);
        throw error;
      }
      return { revision: annotated.revision };
    });
    connection.onNotification(StatusChanged, (status) => {
      this.#status = status;
      this.#changed.fire();
    });
    connection.onNotification(InvokeCommand, ({ command, argument }) => {
      // A page must not reach commands that are not ours.
      if (command.startsWith(`${SECTION}.`)) void vscode.commands.executeCommand(command, argument);
      else log.warn(`${this.document.name}: the page asked for the command ${command}, which is not its own.`);
    });
    connection.onNotification(PageFailed, ({ message, detail }) =>
      log.error(detail ? `${message}\n${detail}` : message),
    );
    connection.listen();
    this.#connection = connection;
  }

  async #answerReady(connection: MessageConnection): Promise<ReadyResult> {
    const source = await this.#source(connection);
    const { webview } = this.panel;
    const dist = vscode.Uri.joinPath(this.services.extensionUri, 'dist');
    this.#ready = true;
    const { readOnly } = this.document.annotated;
    return {
      name: this.document.name,
      source,
      settings: viewSettings(this.document.uri),
      assets: {
        workerUrl: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'worker.js')).toString(),
        codecsUrl: `${webview.asWebviewUri(vscode.Uri.joinPath(dist, 'codecs'))}/`,
      },
      annotation: this.document.annotation,
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(vscode.l10n.bundle ? { translations: vscode.l10n.bundle } : {}),
    };
  }

  async #source(connection: MessageConnection): Promise<ReadyResult['source']> {
    try {
      const files = await this.document.files();
      if (files.kind === 'dicom') {
        // The series follows the answer: the page needs to know the scan before its files.
        setImmediate(() => void this.#sendSeries(files, connection));
        return { kind: 'dicom', opened: this.#remote(files.opened), more: true };
      }
      return {
        kind: 'nifti',
        file: this.#remote(files.file),
        ...(files.pair ? { pair: this.#remote(files.pair) } : {}),
      };
    } catch (error) {
      return { kind: 'failed', failure: toFailure(error, this.document.name) };
    }
  }

  async #sendSeries(files: DicomFiles, connection: MessageConnection): Promise<void> {
    const { name } = this.document;
    const gone = (): boolean => this.#gone || this.#connection !== connection;
    let series: readonly ScanFile[] = [files.opened];
    try {
      series = await files.series(gone);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.services.log.error(`${name}: the other files of the series could not be listed: ${reason}`);
      void vscode.window.showWarningMessage(
        vscode.l10n.t('{0}: only this file is shown, because its folder could not be read ({1}).', name, reason),
      );
    }
    if (!gone()) await connection.sendNotification(Series, { files: series.map((file) => this.#remote(file)) });
  }

  #remote({ uri, name, size }: ScanFile): RemoteFile {
    return { url: this.panel.webview.asWebviewUri(uri).toString(), name, size };
  }

  /** A page that is not there or has not asked yet gets nothing: it asks for the present state when it comes. */
  #notify(send: () => Promise<void> | undefined): void {
    if (this.#ready) send()?.catch((error: Error) => this.services.log.warn(`${this.document.name}: ${error.message}`));
  }

  #viewStateChanged(): void {
    // VS Code destroys the page of a hidden tab; the next one starts a conversation of its own.
    if (!this.panel.visible && this.#ready) this.#connect();
    this.#changed.fire();
  }

  dispose(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#connection?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#disposed.fire();
    this.#disposed.dispose();
    this.#changed.dispose();
  }
}

function toFailure(error: unknown, name: string): WireError {
  if (error instanceof ScanError) return { file: error.file, problem: error.problem, remedy: error.remedy };
  const reason = error instanceof Error ? error.message : String(error);
  return {
    file: name,
    problem: vscode.l10n.t('It cannot be read ({0}).', reason),
    remedy: vscode.l10n.t('Check that the file still exists and that you may read it, then try again.'),
  };
}
