import * as vscode from 'vscode';
import { readText } from '../annotation/locate';
import { stat } from '../scan/files';
import { diagnosticOfKnown } from './diagnostics';
import type { KnownFile, KnownFiles } from './known';
import { isOpen } from './open-texts';
import { ANNOTATION_FILES, headerFindings, isAnnotation, type Readings, rangeOf, scanBeside } from './reading';

/** Files that are read at once: enough to hide a disk's latency, few enough to hold little in memory. */
const AT_ONCE = 4;

/** A checkout touches many files at once; they are read when it has been quiet this long, ms. */
const QUIET = 200;

/** Of the host's time, checking takes at most half; a pause after a file is never longer than this, ms. */
const LONGEST_PAUSE = 100;

/** What a run over the workspace tells while it works. */
export type Progress = (done: number, total: number) => void;

/**
 * Checks the annotations of the workspace that are not open, in the background: all of them once,
 * then each that changes. Files that are as they were in an earlier window are not read.
 */
export class ClosedFiles implements vscode.Disposable {
  /** Files to look at; true: even if they seem to be as they were. */
  readonly #queue = new Map<string, { readonly uri: vscode.Uri; readonly again: boolean }>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #read = 0;

  constructor(
    private readonly readings: Readings,
    private readonly collection: vscode.DiagnosticCollection,
    private readonly docs: vscode.Uri,
    private readonly known: KnownFiles,
    private readonly log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>,
    /** Called when a file has another content than before. */
    private readonly changed: (uri: vscode.Uri) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(ANNOTATION_FILES.pattern);
    const touched = (uri: vscode.Uri): void => {
      this.changed(uri);
      this.soon(uri);
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidChange(touched),
      watcher.onDidCreate(touched),
      watcher.onDidDelete((uri) => {
        this.changed(uri);
        this.#forget(uri);
      }),
    );
  }

  /** Files that have been read so far. */
  get read(): number {
    return this.#read;
  }

  /** Looks at a file that is no longer open, or has changed, whatever is known of it. */
  soon(uri: vscode.Uri): void {
    this.#queue.set(uri.toString(), { uri, again: true });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#work(), QUIET);
  }

  /** Looks at all annotations of the workspace. Resolves when that is done or cancelled; never rejects. */
  async all(token: vscode.CancellationToken, progress: Progress = () => {}): Promise<void> {
    try {
      const found = await vscode.workspace.findFiles(ANNOTATION_FILES.pattern, undefined, undefined, token);
      if (token.isCancellationRequested) return;
      const files = new Map(found.filter(isAnnotation).map((uri) => [uri.toString(), uri]));
      for (const key of this.known.keys()) if (!files.has(key)) this.#forget(vscode.Uri.parse(key));
      for (const [key, uri] of files) if (!this.#queue.has(key)) this.#queue.set(key, { uri, again: false });
      await this.#work(token, progress);
    } catch (error) {
      this.log.warn(`The annotations of the workspace could not be listed: ${String(error)}`);
    }
  }

  /** Works through the queue, one run at a time. */
  async #work(token?: vscode.CancellationToken, progress: Progress = () => {}): Promise<void> {
    while (this.#working) await this.#working;
    const total = this.#queue.size;
    let done = 0;
    const worker = async (): Promise<void> => {
      for (let next = this.#take(); next && !token?.isCancellationRequested; next = this.#take()) {
        await this.#check(next.uri, next.again);
        progress(++done, total);
      }
    };
    this.#working = Promise.all(Array.from({ length: AT_ONCE }, worker)).then(() => {
      this.#working = undefined;
    });
    await this.#working;
    if (token?.isCancellationRequested) this.#queue.clear();
  }

  #take(): { readonly uri: vscode.Uri; readonly again: boolean } | undefined {
    const [first] = this.#queue;
    if (!first) return undefined;
    this.#queue.delete(first[0]);
    return first[1];
  }

  async #check(uri: vscode.Uri, again: boolean): Promise<void> {
    if (isOpen(uri)) return;
    const key = uri.toString();
    try {
      const state = await stat(uri);
      let file = again ? undefined : this.known.get(key, state);
      if (!file || (file.scan && !sameState(await scanState(file.scan.file), file.scan))) {
        file = await this.#readFile(uri, state);
        this.known.set(key, file);
      }
      if (!isOpen(uri))
        this.collection.set(
          uri,
          file.findings.map((one) => diagnosticOfKnown(one, this.docs)),
        );
    } catch {
      // Gone, or not to be read: what opens it says why.
      this.#forget(uri);
    }
  }

  async #readFile(
    uri: vscode.Uri,
    { mtime, size }: { readonly mtime: number; readonly size: number },
  ): Promise<KnownFile> {
    const text = await readText(uri);
    const start = performance.now();
    const reading = this.readings.read(uri, text);
    const took = performance.now() - start;
    const scanFile = scanBeside(uri, reading);
    const scan = scanFile === undefined ? undefined : { file: scanFile, ...(await scanState(scanFile)) };
    const header = this.readings.decoded(uri) ? [] : await headerFindings(uri, reading);
    this.#read++;
    await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_PAUSE, took)));
    const findings = [...reading.findings, ...header].map((finding) => {
      const { code, severity, message } = finding;
      const { start: from, end: to } = rangeOf(reading, finding);
      return { code, severity, message, range: [from.line, from.character, to.line, to.character] as const };
    });
    return { mtime, size, findings, ...(scan ? { scan } : {}) };
  }

  #forget(uri: vscode.Uri): void {
    this.known.delete(uri.toString());
    this.#queue.delete(uri.toString());
    if (!isOpen(uri)) this.collection.delete(uri);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#queue.clear();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

interface State {
  readonly mtime: number;
  readonly size: number;
}

/** A scan on disk as it is now; size -1 where there is none. */
async function scanState(file: string): Promise<State> {
  const { mtime, size } = await stat(vscode.Uri.file(file)).catch(() => ({ mtime: 0, size: -1 }));
  return { mtime, size };
}

function sameState(a: State, b: State): boolean {
  return a.mtime === b.mtime && a.size === b.size;
}
