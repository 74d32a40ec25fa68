/** What the scans say of annotations: asked of the inference process, which can decode them, and shown until the text changes. */
import * as vscode from 'vscode';
import { type Annotation, masksOf } from '../../core/annotation/annotation';
import { checkText, place } from '../../core/lint/check';
import type { PlacedFinding } from '../../core/lint/finding';
import type { TextPlaces } from '../../core/lint/places';
import { scanFindings } from '../../core/lint/voxels';
import { readText } from '../annotation/locate';
import { baseName } from '../scan/files';
import type { Services } from '../services';
import { SECTION } from '../settings';
import { codeOf, diagnosticOf } from './diagnostics';
import { isOpen } from './open-texts';
import { isAnnotation } from './reading';

/** Saves follow each other, above all automatic ones: the check waits for the last of them this long, ms. */
const PAUSE = 1000;

interface Checked {
  /** The text that was checked. */
  readonly text: string;
  readonly places: TextPlaces;
  readonly findings: readonly PlacedFinding[];
}

export class ScanChecks implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('hemorica-scan');
  readonly #checked = new Map<string, Checked>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** What is being asked, and of which text. */
  readonly #running = new Map<string, { readonly text: string; readonly abort: AbortController }>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly services: Services,
    private readonly docs: vscode.Uri,
    /** What is told of the texts without their scans. */
    private readonly told: vscode.DiagnosticCollection,
  ) {
    const { workspace } = vscode;
    this.#subscriptions = [
      this.#collection,
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (this.#checked.size > 0) for (const uri of uris) this.#show(uri);
      }),
      workspace.onDidSaveTextDocument(({ uri }) => {
        if (isAnnotation(uri)) this.saved(uri);
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (isAnnotation(document.uri) && contentChanges.length > 0) void this.changed(document.uri);
      }),
    ];
  }

  /** The text may be another one now: what was found no longer holds, nor what is being asked, except of the very text that is there. */
  async changed(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const shown = this.services.sessions.all.some(({ document }) => document.annotated.file.uri?.toString() === key);
    // Nothing was asked of most files, and a checkout changes many.
    if (!shown && !this.#checked.has(key) && !this.#running.has(key)) return;
    const text = await present(uri).catch(() => undefined);
    if (text !== undefined && (text === this.#checked.get(key)?.text || text === this.#running.get(key)?.text)) return;
    this.#running.get(key)?.abort.abort();
    this.#checked.delete(key);
    this.#collection.delete(uri);
    // Saved in the viewer: the text is nobody's, and the file alone changes.
    if (text !== undefined && shown && !isOpen(uri)) this.saved(uri);
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
   * Asks the scan at once; without a signal only if the very text was not held against it before.
   * Throws Error where there is none or it cannot be read. Resolves to the number of findings;
   * undefined if the text is no annotation or has changed meanwhile, and when it was cancelled.
   */
  async check(uri: vscode.Uri, signal?: AbortSignal): Promise<number | 'not-hounsfield' | undefined> {
    const key = uri.toString();
    const text = await present(uri);
    const { annotation, places } = checkText(text, baseName(uri), { smallestIsland: 0 });
    if (!annotation) return undefined;
    const known = this.#checked.get(key);
    if (!signal && known?.text === text) return known.findings.length;
    this.#running.get(key)?.abort.abort();
    const abort = new AbortController();
    const asked = { text, abort };
    this.#running.set(key, asked);
    const stop = (): void => abort.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const answer = await this.#ask(uri, annotation, abort.signal);
      if (!answer || (await present(uri)) !== text) return undefined;
      const findings = place(scanFindings(answer), places);
      this.#checked.set(key, { text, places, findings });
      this.#collection.delete(uri);
      this.#show(uri);
      this.services.log.info(`${baseName(uri)}: held against its scan, ${findings.length} findings.`);
      return answer.match.matches && !answer.hounsfield ? 'not-hounsfield' : findings.length;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#running.get(key) === asked) this.#running.delete(key);
    }
  }

  /** What a header or an open viewer has told already is not told twice. */
  #show(uri: vscode.Uri): void {
    const checked = this.#checked.get(uri.toString());
    if (!checked) return;
    const told = new Set((this.told.get(uri) ?? []).map(codeOf));
    const findings = checked.findings.filter(({ code }) => !told.has(code));
    if (findings.length === this.#collection.get(uri)?.length) return;
    this.#collection.set(
      uri,
      findings.map((finding) => diagnosticOf(finding, checked, this.docs)),
    );
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
    for (const { abort } of this.#running.values()) abort.abort();
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
