import * as vscode from 'vscode';
import { type Annotation, emptyAnnotation } from '../../core/annotation/annotation';
import { imageReference } from '../../core/annotation/image';
import { applyEdit } from '../../core/document/apply';
import { type AnnotationEdit, invertEdit } from '../../core/document/edit';
import { EditRefused } from '../../core/document/refused';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import { AnnotationFile } from '../annotation/file';
import { locateAnnotation } from '../annotation/locate';
import { baseName, parentOf } from '../scan/files';
import type { ScanFiles } from '../scan/source';

export interface AppliedEdit {
  readonly edit: AnnotationEdit;
  readonly revision: number;
  /** Who made it; absent for undo and redo. */
  readonly origin?: object;
}

/**
 * An open scan with its annotation, shared by all editors that show it. The scan's own bytes are
 * never changed; what can be edited and saved is the annotation.
 */
export class ScanDocument implements vscode.CustomDocument {
  readonly #changed = new vscode.EventEmitter<AnnotationView>();
  /** Fires when the mask to show has changed. */
  readonly onDidChangeAnnotation = this.#changed.event;
  readonly #subscription: vscode.Disposable;
  #decoded: DecodedScan | undefined;

  readonly annotationFile: AnnotationFile;

  #files: Promise<ScanFiles> | undefined;

  readonly #undoable = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>();
  /** Fires for every fresh edit, for the undo list of VS Code. */
  readonly onDidMakeEdit = this.#undoable.event;
  readonly #edited = new vscode.EventEmitter<AppliedEdit>();
  /** Fires for every edit, undo and redo, after it was applied. */
  readonly onDidEdit = this.#edited.event;
  /** The annotation with its unsaved edits. */
  #annotation: Annotation | undefined;
  #revision = 0;

  /** @param find Finds the files of the scan; throws ScanError. */
  constructor(
    readonly uri: vscode.Uri,
    private readonly find: () => Promise<ScanFiles>,
    log: vscode.LogOutputChannel,
  ) {
    this.annotationFile = new AnnotationFile(uri, () => locateAnnotation(uri, this.#decoded?.seriesInstanceUid), log);
    this.#subscription = this.annotationFile.onDidChange(() => {
      this.#annotation = undefined;
      this.#revision++;
      this.#changed.fire(this.annotation);
    });
  }

  /** Name for messages: the file's, without its folder. */
  get name(): string {
    return baseName(this.uri);
  }

  /** Folder under which all files of the scan lie. */
  get folder(): vscode.Uri {
    return parentOf(this.uri);
  }

  /** The files of the scan, found once; looked for again after a failure. Throws ScanError. */
  files(): Promise<ScanFiles> {
    this.#files ??= this.find().catch((error: unknown) => {
      this.#files = undefined;
      throw error;
    });
    return this.#files;
  }

  /** What a page has found in the scan; undefined until one has decoded it. */
  get decoded(): DecodedScan | undefined {
    return this.#decoded;
  }

  /** The mask to show, judged against the decoded scan; 'none' until that is known. */
  get annotation(): AnnotationView {
    return this.#decoded
      ? this.annotationFile.viewFor(this.#decoded, this.#annotation, this.#revision)
      : { state: 'none' };
  }

  /** A page has decoded the scan: from now on the annotation can be shown or refused. */
  async reportDecoded(decoded: DecodedScan): Promise<void> {
    this.#decoded = decoded;
    await this.annotationFile.load();
    this.#changed.fire(this.annotation);
  }

  /** Number of edits that have been applied, undone and redone. */
  get revision(): number {
    return this.#revision;
  }

  /**
   * Applies an edit. Throws EditRefused where it was made on another state than the present one, or
   * where there is no annotation to edit.
   * @param origin Who made it, and so shows it already.
   */
  edit(edit: AnnotationEdit, origin?: object): void {
    this.#apply(edit, origin);
    this.#undoable.fire({
      document: this,
      label: edit.label,
      undo: () => this.#apply(invertEdit(edit)),
      redo: () => this.#apply(edit),
    });
  }

  #apply(edit: AnnotationEdit, origin?: object): void {
    const view = this.annotation;
    if (!this.#decoded || view.state === 'refused') {
      throw new EditRefused(
        view.state === 'refused' ? view.message : vscode.l10n.t('The scan has not been read yet. Try again.'),
      );
    }
    const { sha256 } = this.#decoded;
    const before =
      this.#annotation ??
      this.annotationFile.annotation ??
      emptyAnnotation(imageReference(this.#decoded, sha256, this.name));
    this.#annotation = applyEdit(before, edit);
    this.#revision++;
    this.#edited.fire({ edit, revision: this.#revision, ...(origin ? { origin } : {}) });
    // The page has its answer first.
    if (view.state === 'none') setImmediate(() => this.#changed.fire(this.annotation));
  }

  /** Reads the annotation again from the disk. */
  async revert(): Promise<void> {
    this.#annotation = undefined;
    this.#revision++;
    await this.annotationFile.load();
    this.#changed.fire(this.annotation);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.annotationFile.dispose();
    this.#changed.dispose();
    this.#edited.dispose();
    this.#undoable.dispose();
  }
}
