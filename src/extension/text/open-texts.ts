import * as vscode from 'vscode';
import { diagnosticOf } from './diagnostics';
import { headerFindings, isAnnotation, type Readings } from './reading';

/** Typing is checked once it has paused this long, ms, and this many times as long as the last check took. */
const PAUSE = 250;
const REST = 5;

/** Checks the annotations that are open as text, when they are opened and as they change. */
export class OpenTexts implements vscode.Disposable {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];
  /** How long the last check took, ms: of the largest annotations it would get in the way of the next edits. */
  #took = 0;

  /** @param closed Called with what is no longer open: its file on disk counts again. */
  constructor(
    private readonly readings: Readings,
    private readonly collection: vscode.DiagnosticCollection,
    private readonly docs: vscode.Uri,
    closed: (uri: vscode.Uri) => void,
  ) {
    const { workspace } = vscode;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.#soon(document, Math.max(PAUSE, REST * this.#took))),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (!isAnnotation(uri)) return;
        this.#stop(uri.toString());
        if (uri.scheme === 'untitled') this.collection.delete(uri);
        else closed(uri);
      }),
    ];
    this.again();
  }

  /** Checks all open annotations anew: settings or what is known of their scans have changed. */
  again(): void {
    for (const document of vscode.workspace.textDocuments) this.#soon(document, 0);
  }

  #soon(document: vscode.TextDocument, pause: number): void {
    if (!isAnnotation(document.uri)) return;
    const key = document.uri.toString();
    this.#stop(key);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      if (!document.isClosed) void this.#check(document);
    }, pause);
    this.#timers.set(key, timer);
  }

  #stop(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const { uri, version } = document;
    const start = performance.now();
    const reading = this.readings.of(document);
    this.#took = performance.now() - start;
    const header = this.readings.decoded(uri) ? [] : await headerFindings(uri, reading);
    if (document.isClosed || document.version !== version) return;
    this.collection.set(
      uri,
      [...reading.findings, ...header].map((finding) => diagnosticOf(finding, reading, this.docs)),
    );
  }

  dispose(): void {
    for (const key of [...this.#timers.keys()]) this.#stop(key);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Whether a file is open as text. */
export function isOpen(uri: vscode.Uri): boolean {
  const key = uri.toString();
  return vscode.workspace.textDocuments.some((document) => !document.isClosed && document.uri.toString() === key);
}
