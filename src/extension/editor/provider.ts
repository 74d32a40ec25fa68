import * as vscode from 'vscode';
import { type Backup, readBackup } from '../annotation/backup';
import { showFailure } from '../errors';
import { chooseSeries } from '../scan/choose';
import { baseName } from '../scan/files';
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
  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<ScanDocument> {
    const { headers, log, proposals, unsaved } = this.services;
    const backup = backupId === undefined ? undefined : await this.#readBackup(uri, backupId);
    const document = new ScanDocument(uri, {
      find: () => findScan(uri, headers, chooseSeries),
      log,
      unsaved,
      proposals,
    });
    const { annotated } = document;
    annotated.onDidMakeEdit((edit) => this.#changed.fire({ document, ...edit }));
    // Begun while the page loads; a failure is reported when the page asks.
    document.files().catch(() => undefined);
    if (backup) document.restore(backup);
    return document;
  }

  async #readBackup(scan: vscode.Uri, id: string): Promise<Backup | undefined> {
    try {
      return await readBackup(vscode.Uri.parse(id));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = vscode.l10n.t('{0}: unsaved edits could not be restored ({1}).', baseName(scan), reason);
      void showFailure(new Error(message), this.services.log);
      return undefined;
    }
  }

  resolveCustomEditor(document: ScanDocument, panel: vscode.WebviewPanel): void {
    const session = new ScanSession(document, panel, this.services);
    this.services.sessions.add(session);
  }

  /** Saves the annotation; the scan is never written. */
  async saveCustomDocument({ annotated }: ScanDocument): Promise<void> {
    await annotated.save();
  }

  async saveCustomDocumentAs(document: ScanDocument, destination: vscode.Uri): Promise<void> {
    await document.saveAs(destination);
  }

  async revertCustomDocument({ annotated }: ScanDocument): Promise<void> {
    await annotated.revert();
  }

  async backupCustomDocument(
    { annotated }: ScanDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    await annotated.backup(destination);
    return {
      id: destination.toString(),
      delete: () => void vscode.workspace.fs.delete(destination).then(undefined, () => undefined),
    };
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
