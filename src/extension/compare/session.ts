import * as vscode from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import {
  CompareReady,
  type CompareReadyResult,
  OfferScan,
  type OtherSide,
  type SharedView,
  VersionsChanged,
  ViewShared,
} from '../../protocol/compare';
import {
  PageFailed,
  type RemoteFile,
  RunCommand,
  SettingsChanged,
  StatusChanged,
  type ViewCommand,
  type ViewStatus,
} from '../../protocol/view';
import { scanPage } from '../editor/html';
import { connect } from '../editor/transport';
import { parentOf } from '../scan/files';
import type { ScanFile } from '../scan/source';
import type { Services } from '../services';
import { SECTION, viewSettings } from '../settings';
import { ScanOffers } from './offers';
import type { Sided } from './pairs';
import { namedScan } from './scan-of';
import type { AnnotationVersion } from './version';

/** One editor of a version: a page that shows it, alone or as one side of a diff. */
export class CompareSession implements vscode.Disposable, Sided {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the editor was shown, hidden, activated or moved, and when its page reports another focus or window. */
  readonly onDidChange = this.#changed.event;
  readonly #shared = new vscode.EventEmitter<SharedView>();
  /** Fires when the user has changed what the page shows. */
  readonly onDidShare = this.#shared.event;
  readonly #disposed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  #connection: MessageConnection | undefined;
  #ready = false;
  #gone = false;
  #status: ViewStatus | undefined;
  #offers: ScanOffers | undefined;
  #other: CompareSession | undefined;
  #side: OtherSide['side'] = 'right';
  /** What the two sides show; that of this one alone while it has no other. */
  #view: SharedView | undefined;

  constructor(
    readonly document: AnnotationVersion,
    readonly panel: vscode.WebviewPanel,
    private readonly services: Services,
  ) {
    this.#connect();
    this.#subscriptions.push(
      panel.onDidChangeViewState(() => {
        // VS Code destroys the page of a hidden tab; the next one starts a conversation of its own.
        if (!panel.visible && this.#ready) this.#connect();
        this.#changed.fire();
      }),
      panel.onDidDispose(() => this.dispose()),
      document.onDidChange(() => {
        this.sendVersions();
        this.#other?.sendVersions();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SECTION, document.place)) {
          this.#notify(() => this.#connection?.sendNotification(SettingsChanged, viewSettings(document.place)));
        }
      }),
    );
    void document.open().then(() => this.#load());
  }

  /** Starts the page, when it is known from where it may read. */
  #load(): void {
    if (this.#gone) return;
    const { webview } = this.panel;
    webview.options = { enableScripts: true, localResourceRoots: this.#roots() };
    webview.html = scanPage(webview, this.services.extensionUri, 'compare');
  }

  get column(): number | undefined {
    return this.#gone ? undefined : this.panel.viewColumn;
  }

  get visible(): boolean {
    return !this.#gone && this.panel.visible;
  }

  get address(): string {
    return this.document.uri.toString();
  }

  /** What the page reported last; undefined before its first report. */
  get status(): ViewStatus | undefined {
    return this.#status;
  }

  /** What the page shows, and the side that it is; for tests. */
  get view(): SharedView | undefined {
    return this.#view;
  }

  get other(): CompareSession | undefined {
    return this.#other;
  }

  /** The side of the diff that this is; meaningful while there is another. */
  get side(): OtherSide['side'] {
    return this.#side;
  }

  /** Makes this editor a side of a diff; undefined: it stands alone. */
  join(other: CompareSession | undefined, side: OtherSide['side'] = 'right'): void {
    this.#other = other;
    this.#side = side;
    this.sendVersions();
    if (other?.view && !this.#view) this.show(other.view);
  }

  /** Shows what the other side shows. */
  show(view: SharedView): void {
    this.#view = view;
    this.#notify(() => this.#connection?.sendNotification(ViewShared, view));
  }

  /** Sends a command to the page. */
  run(command: ViewCommand, argument?: number | string): void {
    this.#notify(() =>
      this.#connection?.sendNotification(RunCommand, argument === undefined ? { command } : { command, argument }),
    );
  }

  /** Tells the page of both versions. */
  sendVersions(): void {
    const { version } = this.document;
    this.#notify(() => this.#connection?.sendNotification(VersionsChanged, { version, ...this.#otherSide() }));
  }

  #otherSide(): { other?: OtherSide } {
    return this.#other ? { other: { side: this.#side, version: this.#other.document.version } } : {};
  }

  /** Folders from which a page may read: those in which scans are looked for. */
  #roots(): vscode.Uri[] {
    const { extensionUri } = this.services;
    const { folder, version } = this.document;
    const { content } = version;
    const named = content.state === 'shown' ? namedScan(content.image, folder) : undefined;
    return [
      vscode.Uri.joinPath(extensionUri, 'dist'),
      vscode.Uri.joinPath(extensionUri, 'media'),
      folder,
      ...(named ? [parentOf(named), named] : []),
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
    ];
  }

  #connect(): void {
    this.#connection?.dispose();
    this.#ready = false;
    const { log } = this.services;
    const name = this.document.version.file;
    const connection = connect(this.panel.webview, (error) => log.warn(`${name}: ${error.message}`));
    connection.onRequest(CompareReady, () => this.#answerReady());
    connection.onRequest(OfferScan, ({ image, attempt }) => {
      if (attempt === 0 || !this.#offers?.isFor(image)) {
        this.#offers = new ScanOffers(image, this.document.folder, this.services, (file) => this.#remote(file));
      }
      return this.#offers.offer(attempt);
    });
    connection.onNotification(ViewShared, (view) => {
      this.#view = view;
      this.#shared.fire(view);
    });
    connection.onNotification(StatusChanged, (status) => {
      this.#status = status;
      this.#changed.fire();
    });
    connection.onNotification(PageFailed, ({ message, detail }) =>
      log.error(detail ? `${message}\n${detail}` : message),
    );
    connection.listen();
    this.#connection = connection;
  }

  #answerReady(): CompareReadyResult {
    const { webview } = this.panel;
    const dist = vscode.Uri.joinPath(this.services.extensionUri, 'dist');
    const view = this.#other?.view ?? this.#view;
    this.#ready = true;
    return {
      version: this.document.version,
      ...this.#otherSide(),
      ...(view ? { view } : {}),
      settings: viewSettings(this.document.place),
      assets: {
        workerUrl: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'worker.js')).toString(),
        codecsUrl: `${webview.asWebviewUri(vscode.Uri.joinPath(dist, 'codecs'))}/`,
      },
      ...(vscode.l10n.bundle ? { translations: vscode.l10n.bundle } : {}),
    };
  }

  #remote({ uri, name, size }: ScanFile): RemoteFile {
    return { url: this.panel.webview.asWebviewUri(uri).toString(), name, size };
  }

  /** A page that is not there or has not asked yet gets nothing: it asks for the present state when it comes. */
  #notify(send: () => Promise<void> | undefined): void {
    if (!this.#ready) return;
    send()?.catch((error: Error) => this.services.log.warn(`${this.document.version.file}: ${error.message}`));
  }

  dispose(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#connection?.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#disposed.fire();
    this.#disposed.dispose();
    this.#shared.dispose();
    this.#changed.dispose();
  }
}
