import * as vscode from 'vscode';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import { AnnotationFile } from '../annotation/file';
import { locateAnnotation } from '../annotation/locate';
import { baseName, parentOf } from '../scan/files';
import type { ScanFiles } from '../scan/source';

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

  /** @param find Finds the files of the scan; throws ScanError. */
  constructor(
    readonly uri: vscode.Uri,
    private readonly find: () => Promise<ScanFiles>,
    log: vscode.LogOutputChannel,
  ) {
    this.annotationFile = new AnnotationFile(uri, () => locateAnnotation(uri, this.#decoded?.seriesInstanceUid), log);
    this.#subscription = this.annotationFile.onDidChange(() => this.#changed.fire(this.annotation));
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
    return this.#decoded ? this.annotationFile.viewFor(this.#decoded) : { state: 'none' };
  }

  /** A page has decoded the scan: from now on the annotation can be shown or refused. */
  async reportDecoded(decoded: DecodedScan): Promise<void> {
    this.#decoded = decoded;
    await this.annotationFile.load();
    this.#changed.fire(this.annotation);
  }

  /** Reads the annotation again from the disk. */
  async revert(): Promise<void> {
    await this.annotationFile.load();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.annotationFile.dispose();
    this.#changed.dispose();
  }
}
