/** What the scans say of annotations: asked of the inference process, which can decode them, and shown until the text changes. */
import * as vscode from 'vscode';
import { type Annotation, masksOf } from '../../core/annotation/annotation';
import { checkText, place } from '../../core/lint/check';
import type { PlacedFinding } from '../../core/lint/finding';
import { scanFindings } from '../../core/lint/voxels';
import { readText } from '../annotation/locate';
import { baseName } from '../scan/files';
import type { Services } from '../services';
import { SECTION } from '../settings';
import { codeOf, diagnosticOf } from './diagnostics';
import { isAnnotation } from './reading';

/** Saves follow each other, above all automatic ones: the check waits for the last of them this long, ms. */
const PAUSE = 1000;

interface Checked {
  /** The text that was checked. */
  readonly text: string;
  readonly findings: readonly PlacedFinding[];
}

export class ScanChecks implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('hemorica-scan');
  readonly #checked = new Map<string, Checked>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, AbortController>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly services: Services,
    private readonly docs: vscode.Uri,
  ) {
    const { workspace } = vscode;
    this.#subscriptions = [
      this.#collection,
      workspace.onDidSaveTextDocument(({ uri }) => {
        if (isAnnotation(uri)) this.saved(uri);
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (isAnnotation(document.uri) && contentChanges.length > 0) this.changed(document.uri);
      }),
    ];
  }

  /** The text or the file is another one now: what was found no longer holds, except for the very text that was checked. */
  changed(uri: vscode.Uri): void {
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find(
      (document) => !document.isClosed && document.uri.toString() === key,
    );
    if (open && open.getText() === this.#checked.get(key)?.text) return;
    this.#running.get(key)?.abort();
    this.#checked.delete(key);
    this.#collection.delete(uri);
    // Saved in the viewer: its text is nobody's, and the file alone changes.
    if (!open && this.services.sessions.all.some(({ document }) => document.annotated.file.uri?.toString() === key))
      this.saved(uri);
  }

  /** The annotation has been saved: its scan is asked soon, if the settings and the workspace's trust allow. */
  saved(uri: vscode.Uri): void {
    const wanted = vscode.workspace.getConfiguration(SECTION, uri).get<boolean>('check.scanOnSave') !== false;
    if (!wanted || !vscode.workspace.isTrusted || uri.scheme !== 'file') return;
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    const run = (): void => {
      this.#timers.delete(key);
      this.check(uri).catch((error: unknown) => {
        // Often the scan is elsewhere; who wants to know asks by the command.
        this.services.log.info(error instanceof Error ? error.message : String(error));
      });
    };
    this.#timers.set(key, setTimeout(run, PAUSE));
  }

  /** What was found for a text; empty if it was another one or none was checked. */
  findings(uri: vscode.Uri, text: string): readonly PlacedFinding[] {
    const checked = this.#checked.get(uri.toString());
    return checked?.text === text ? checked.findings : [];
  }

  /**
   * Asks the scan at once. Throws Error where there is none or it cannot be read. Resolves to the
   * number of findings, undefined where there is nothing to say: the text is no annotation or has
   * changed meanwhile, it was cancelled, or the scan's values are no HU.
   */
  async check(uri: vscode.Uri, signal?: AbortSignal): Promise<number | undefined> {
    const key = uri.toString();
    const text = await present(uri);
    const { annotation, places } = checkText(text, baseName(uri), { smallestIsland: 0 });
    if (!annotation) return undefined;
    const known = this.#checked.get(key);
    if (known?.text === text) return known.findings.length;
    this.#running.get(key)?.abort();
    const controller = new AbortController();
    this.#running.set(key, controller);
    const stop = (): void => controller.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await this.#ask(uri, annotation, controller.signal);
      if (!answer || (await present(uri)) !== text) return undefined;
      this.#collection.delete(uri);
      // What a header or an open viewer has told already is not told twice.
      const told = new Set(vscode.languages.getDiagnostics(uri).map(codeOf));
      const findings = place(scanFindings(answer), places).filter(({ code }) => !told.has(code));
      this.#checked.set(key, { text, findings });
      this.#collection.set(
        uri,
        findings.map((finding) => diagnosticOf(finding, { places }, this.docs)),
      );
      this.services.log.info(`${baseName(uri)}: held against its scan, ${findings.length} findings.`);
      return answer.match.matches && !answer.hounsfield ? undefined : findings.length;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#running.get(key) === controller) this.#running.delete(key);
    }
  }

  async #ask(uri: vscode.Uri, annotation: Annotation, signal: AbortSignal) {
    try {
      return await this.services
        .inference()
        .checkMask({ annotation: uri.fsPath, image: annotation.image, masks: masksOf(annotation) }, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const controller of this.#running.values()) controller.abort();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** The text as it is open, else as it is on disk; without a byte order mark. */
async function present(uri: vscode.Uri): Promise<string> {
  const key = uri.toString();
  const open = vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === key);
  const text = open?.getText() ?? (await readText(uri));
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
