/** What is wrong with an open model.json, in the Problems panel; and a quick fix for the hash of its network. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { parseManifest } from '../../core/model/manifest';
import { ScanError } from '../../core/volume';
import { sha256Of } from '../../node/install-model';
import { MANIFEST } from '../../node/models';
import { placeOf } from './manifest-text';

const SELECTOR: vscode.DocumentFilter = { pattern: `**/${MANIFEST}`, scheme: 'file' };
const SOURCE = 'Hemorica';
/** Codes of our diagnostics. */
const [FIELD, NETWORK, HASH] = ['manifest-field', 'manifest-network', 'manifest-sha256'];

/** A pause in typing after which the text is looked at, ms. */
const REST = 300;

export class ManifestDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  readonly #collection = vscode.languages.createDiagnosticCollection('hemorica.models');
  readonly #hashes = new Map<string, Promise<string>>();
  readonly #soon = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    const { workspace } = vscode;
    this.#subscriptions = [
      this.#collection,
      workspace.onDidOpenTextDocument((document) => void this.#check(document)),
      workspace.onDidSaveTextDocument((document) => void this.#check(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#checkSoon(document)),
      workspace.onDidCloseTextDocument((document) => this.#forget(document.uri)),
      vscode.languages.registerCodeActionsProvider(SELECTOR, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    ];
    for (const document of workspace.textDocuments) void this.#check(document);
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const ours = diagnostics.filter(
      ({ code, message }) => code === HASH || (code === FIELD && /^"sha256"/.test(message)),
    );
    const network = networkOf(document);
    if (ours.length === 0 || network === undefined) return [];
    const sha256 = await this.#hash(network).catch(() => undefined);
    if (sha256 === undefined) return [];
    const text = document.getText();
    const changed = applyEdits(
      text,
      modify(text, ['sha256'], sha256, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
    );
    const action = new vscode.CodeAction(
      vscode.l10n.t('Set sha256 of {0}', path.basename(network)),
      vscode.CodeActionKind.QuickFix,
    );
    action.diagnostics = ours;
    action.isPreferred = true;
    action.edit = new vscode.WorkspaceEdit();
    const all = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
    action.edit.replace(document.uri, all, changed);
    return [action];
  }

  dispose(): void {
    for (const timer of this.#soon.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #checkSoon(document: vscode.TextDocument): void {
    if (!isManifest(document) && !this.#collection.has(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.#soon.get(key));
    this.#soon.set(
      key,
      setTimeout(() => void this.#check(document), REST),
    );
  }

  #forget(uri: vscode.Uri): void {
    clearTimeout(this.#soon.get(uri.toString()));
    this.#soon.delete(uri.toString());
    this.#collection.delete(uri);
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    if (!isManifest(document)) {
      this.#collection.delete(document.uri);
      return;
    }
    const { version, uri } = document;
    const found = await this.#findings(document);
    if (document.version === version && !document.isClosed) this.#collection.set(uri, found);
  }

  async #findings(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
    const text = document.getText();
    try {
      const manifest = parseManifest(text, MANIFEST);
      const network = path.join(path.dirname(document.uri.fsPath), manifest.file);
      const sha256 = await this.#hash(network).catch(() => undefined);
      if (sha256 === undefined) {
        const message = vscode.l10n.t('"file": there is no file {0} beside the manifest.', manifest.file);
        return [diagnostic(document, message, NETWORK)];
      }
      if (sha256 === manifest.sha256) return [];
      const message = vscode.l10n.t('"sha256" is not that of {0}, which has {1}.', manifest.file, sha256);
      return [diagnostic(document, message, HASH)];
    } catch (error) {
      // What is no JSON at all is said by VS Code itself.
      if (!(error instanceof ScanError) || error.problem.startsWith('it is not valid JSON')) return [];
      return [diagnostic(document, error.problem, FIELD)];
    }
  }

  /** SHA-256 of a file; kept as long as its size and time stay the same. */
  async #hash(file: string): Promise<string> {
    const { size, mtimeMs } = await fs.stat(file);
    const key = `${file} ${size} ${mtimeMs}`;
    const known = this.#hashes.get(key);
    if (known) return known;
    const hash = sha256Of(file);
    this.#hashes.set(key, hash);
    // Another try may go better.
    hash.catch(() => this.#hashes.delete(key));
    return hash;
  }
}

function diagnostic(document: vscode.TextDocument, message: string, code: string): vscode.Diagnostic {
  const { offset, length } = placeOf(document.getText(), message) ?? { offset: 0, length: 1 };
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  const made = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  made.source = SOURCE;
  made.code = code;
  return made;
}

/** Whether a text is the manifest of a model of ours; other programs use the file's name, too. */
function isManifest(document: vscode.TextDocument): boolean {
  const { uri } = document;
  if (uri.scheme !== 'file' || !uri.path.endsWith(`/${MANIFEST}`)) return false;
  return /"format"\s*:\s*"hemorica/.test(document.getText());
}

/** Absolute path of the file that a manifest, valid or not, names as its network. */
function networkOf(document: vscode.TextDocument): string | undefined {
  const json: unknown = parse(document.getText());
  const file = typeof json === 'object' && json !== null && 'file' in json ? json.file : undefined;
  if (typeof file !== 'string' || !/^[^/\\:]+\.onnx$/.test(file)) return undefined;
  return path.join(path.dirname(document.uri.fsPath), file);
}
