import * as path from 'node:path';
import * as vscode from 'vscode';
import { masksOf } from '../../core/annotation/annotation';
import { AnnotationError } from '../../core/annotation/error';
import { parseAnnotation } from '../../core/annotation/parse';
import { provenanceOf } from '../../core/annotation/provenance';
import type { Version, VersionContent } from '../../protocol/compare';
import { baseName, parentOf } from '../scan/files';
import { gitAddress, isFixed, revisionName, UNSAVED_SCHEME } from './address';
import { gitApi } from './git-api';

/** Milliseconds in which several changes of a file or repository count as one. */
const SETTLE = 100;

/** One version of an annotation, shared by all editors that show it; read again when it changes. Never written. */
export class AnnotationVersion implements vscode.CustomDocument {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when what the version holds has been read again and is another. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[] = [];
  #content: VersionContent = { state: 'absent' };
  #text: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;
  #opened: Promise<void> | undefined;

  constructor(
    readonly uri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Place of the annotation on disk, whichever version this is: scans are looked for from there. */
  get place(): vscode.Uri {
    if (this.uri.scheme === UNSAVED_SCHEME) return vscode.Uri.parse(this.uri.query);
    const git = gitAddress(this.uri);
    return git ? vscode.Uri.file(git.path) : this.uri;
  }

  /** Folder from which the annotation names its scan. */
  get folder(): vscode.Uri {
    return parentOf(this.place);
  }

  get version(): Version {
    return { title: this.title, file: baseName(this.place), content: this.#content };
  }

  get title(): string {
    if (this.uri.scheme === UNSAVED_SCHEME) return vscode.l10n.t('Unsaved');
    const git = gitAddress(this.uri);
    if (!git) return vscode.l10n.t('Working Tree');
    const name = revisionName(git.ref);
    if (name.kind === 'index') return vscode.l10n.t('Index');
    if (name.kind === 'revision') return name.name;
    const stages = {
      base: vscode.l10n.t('Common Ancestor'),
      ours: vscode.l10n.t('Ours'),
      theirs: vscode.l10n.t('Theirs'),
    };
    return stages[name.stage];
  }

  /** Reads the version and watches it from now on; once. Never fails: what is wrong is part of the version. */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<void> {
    await this.#read();
    if (this.#disposed) return;
    const again = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#read(), SETTLE);
    };
    const { uri } = this;
    const git = gitAddress(uri);
    this.#subscriptions.push({ dispose: () => clearTimeout(this.#timer) });
    const same = (event: { readonly document: vscode.TextDocument }): void => {
      if (event.document.uri.toString() === uri.toString()) again();
    };
    if (uri.scheme === UNSAVED_SCHEME) {
      this.#subscriptions.push(vscode.workspace.onDidChangeTextDocument(same));
    } else if (!git) {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(parentOf(uri), path.posix.basename(uri.path)),
      );
      this.#subscriptions.push(
        watcher,
        watcher.onDidChange(again),
        watcher.onDidCreate(again),
        watcher.onDidDelete(again),
        vscode.workspace.onDidChangeTextDocument(same),
        vscode.workspace.onDidCloseTextDocument((document) => same({ document })),
      );
    } else if (!isFixed(git.ref)) {
      // Git's own addresses tell watchers nothing; its repositories do.
      const api = await gitApi();
      const repository = api?.getRepository(this.place);
      if (repository && !this.#disposed) this.#subscriptions.push(repository.state.onDidChange(again));
    }
  }

  async #read(): Promise<void> {
    const text = await this.#readText();
    if (this.#disposed || (text === this.#text && this.#subscriptions.length > 0)) return;
    this.#text = text;
    this.#content = contentOf(text, baseName(this.place));
    this.#changed.fire();
  }

  /** The text, with the unsaved changes of an open editor; undefined where there is no file. */
  async #readText(): Promise<string | undefined> {
    const { uri } = this;
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
    if (open?.isDirty) return open.getText();
    try {
      // Its bytes come from no file system.
      if (uri.scheme === UNSAVED_SCHEME) return (await vscode.workspace.openTextDocument(uri)).getText() || undefined;
      const bytes = await vscode.workspace.fs.readFile(uri);
      // Git's file system gives no bytes for a file that the revision does not have.
      return bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8');
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError && error.code === 'FileNotFound')) {
        this.log.warn(`${uri.toString(true)}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return undefined;
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function contentOf(text: string | undefined, file: string): VersionContent {
  if (text === undefined) return { state: 'absent' };
  try {
    const annotation = parseAnnotation(text, file);
    return {
      state: 'shown',
      image: annotation.image,
      slices: masksOf(annotation),
      provenance: provenanceOf(annotation),
    };
  } catch (error) {
    if (error instanceof AnnotationError) return { state: 'broken', problem: error.message };
    throw error;
  }
}
