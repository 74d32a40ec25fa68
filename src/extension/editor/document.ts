import * as vscode from 'vscode';
import { annotationName } from '../../core/annotation/annotation';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import type { Backup } from '../annotation/backup';
import { AnnotationDocument } from '../annotation/document';
import type { UnsavedTexts } from '../annotation/unsaved';
import { DocumentClassification } from '../classification/state';
import type { PendingProposals } from '../proposal/pending';
import { DocumentProposal } from '../proposal/state';
import { baseName, parentOf, stat } from '../scan/files';
import type { ScanFiles } from '../scan/source';

/** What a document uses of the extension. */
export interface DocumentParts {
  /** Finds the files of the scan; throws ScanError. */
  readonly find: () => Promise<ScanFiles>;
  readonly log: vscode.LogOutputChannel;
  readonly unsaved: UnsavedTexts;
  readonly proposals: PendingProposals;
}

/**
 * An open scan with its annotation, shared by all editors that show it. The scan's own bytes are
 * never changed; what is edited and saved is the annotation.
 */
export class ScanDocument implements vscode.CustomDocument {
  readonly annotated: AnnotationDocument;
  readonly classification: DocumentClassification;
  readonly proposal: DocumentProposal;
  #decoded: DecodedScan | undefined;
  #files: Promise<ScanFiles> | undefined;

  constructor(
    readonly uri: vscode.Uri,
    private readonly parts: DocumentParts,
  ) {
    this.annotated = new AnnotationDocument(uri, parts.log, parts.unsaved);
    this.classification = new DocumentClassification(this.annotated, () => this.#decoded);
    this.proposal = new DocumentProposal(this.annotated, () => this.#decoded, parts.proposals);
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
    this.#files ??= this.parts.find().catch((error: unknown) => {
      this.#files = undefined;
      throw error;
    });
    return this.#files;
  }

  /** What a page has found in the scan; undefined until one has decoded it. */
  get decoded(): DecodedScan | undefined {
    return this.#decoded;
  }

  /** What of the annotation is to be shown, judged against the decoded scan; 'none' until that is known. */
  get annotation(): AnnotationView {
    return this.annotated.view;
  }

  /** A page has decoded the scan: from now on the annotation can be shown or refused. */
  async reportDecoded(decoded: DecodedScan): Promise<void> {
    this.#decoded = decoded;
    await this.annotated.reportDecoded(decoded);
    await this.proposal.reportDecoded(decoded);
  }

  /** Takes up unsaved work of an earlier session. */
  restore(backup: Backup): void {
    this.annotated.restore(backup);
  }

  /**
   * Saves under another name: a copy of the scan with the annotation as it is now beside it, or,
   * where the name is that of an annotation, the annotation alone. The original keeps what is on
   * disk, and its unsaved edits go with the copy. Throws Error, with nothing written, where an
   * annotation of the copy's name exists, and for series of several files, which one file cannot stand for.
   */
  async saveAs(destination: vscode.Uri): Promise<void> {
    if (/\.json$/i.test(destination.path)) {
      const folder = parentOf(destination);
      const below = parentOf(this.uri).toString() === folder.toString();
      await this.annotated.copyTo(destination, below ? undefined : relativeName(folder, this.uri));
    } else {
      const beside = vscode.Uri.joinPath(parentOf(destination), annotationName(baseName(destination)));
      await this.#mustBeCopyable(beside);
      await vscode.workspace.fs.copy(this.uri, destination, { overwrite: true });
      await this.annotated.copyTo(beside, baseName(destination));
    }
    await this.annotated.revert();
  }

  async #mustBeCopyable(beside: vscode.Uri): Promise<void> {
    const files = await this.files();
    const parts = files.kind === 'nifti' ? (files.pair ? 2 : 1) : (await files.series(() => false)).length;
    if (parts > 1) {
      throw new Error(
        vscode.l10n.t(
          '{0} is one of the {1} files of this scan. Copy its folder, or choose a name ending in .ich.json to save the annotation alone.',
          this.name,
          parts,
        ),
      );
    }
    if (this.annotated.annotation && (await stat(beside).then(Boolean, () => false))) {
      throw new Error(
        vscode.l10n.t('{0} exists already. Choose another name for the copy of the scan.', baseName(beside)),
      );
    }
  }

  dispose(): void {
    this.classification.dispose();
    this.proposal.dispose();
    this.annotated.dispose();
  }
}

/** Name of a file relative to a folder, with `/`; its own name where the two have nothing in common. */
function relativeName(folder: vscode.Uri, file: vscode.Uri): string {
  const [from, to] = [folder, file].map(({ path }) => path.split('/').filter((part) => part !== ''));
  if (!from || !to || folder.scheme !== file.scheme || folder.authority !== file.authority || from[0] !== to[0]) {
    return baseName(file);
  }
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
