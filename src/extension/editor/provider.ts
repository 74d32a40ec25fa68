import * as vscode from 'vscode';
import { chooseSeries } from '../scan/choose';
import { findScan } from '../scan/source';
import type { Services } from '../services';
import { ScanDocument } from './document';
import { ScanSession } from './session';

/** Opened by default for scan files. */
export const SCAN_VIEW = 'hemorica.scan';

/** The same editor under "Reopen Editor With..." for files of any name. */
export const ANY_FILE_VIEW = 'hemorica.scan.any';

/** The custom editor for scans. */
export class ScanEditorProvider implements vscode.CustomEditorProvider<ScanDocument>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>();
  readonly onDidChangeCustomDocument = this.#changed.event;

  constructor(private readonly services: Services) {}

  /** Never fails: what is wrong with a file is shown by its page, with what to do. */
  openCustomDocument(uri: vscode.Uri): ScanDocument {
    const { headers, log } = this.services;
    const document = new ScanDocument(uri, () => findScan(uri, headers, chooseSeries), log);
    document.onDidMakeEdit((event) => this.#changed.fire(event));
    // Begun while the page loads; a failure is reported when the page asks.
    document.files().catch(() => undefined);
    return document;
  }

  resolveCustomEditor(document: ScanDocument, panel: vscode.WebviewPanel): void {
    const session = new ScanSession(document, panel, this.services);
    this.services.sessions.add(session);
  }

  /** The scan is never written: there is nothing to save while the annotation has no unsaved edits. */
  async saveCustomDocument(): Promise<void> {}

  /** Copies the scan's file as it is. */
  async saveCustomDocumentAs(document: ScanDocument, destination: vscode.Uri): Promise<void> {
    await vscode.workspace.fs.copy(document.uri, destination, { overwrite: true });
  }

  async revertCustomDocument(document: ScanDocument): Promise<void> {
    await document.revert();
  }

  /** Without unsaved edits a backup holds nothing but the wish to open the same scan again. */
  async backupCustomDocument(
    _document: ScanDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    await vscode.workspace.fs.writeFile(destination, new Uint8Array());
    return { id: destination.toString(), delete: () => void vscode.workspace.fs.delete(destination) };
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
