import * as vscode from 'vscode';
import { type Annotation, annotationName, masksOf } from '../../core/annotation/annotation';
import { annotationMatches } from '../../core/annotation/match';
import { parseAnnotation } from '../../core/annotation/parse';
import { fieldsOf } from '../../core/document/fields';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import { baseName, parentOf } from '../scan/files';
import { readText } from './locate';
import { provenanceOf } from './provenance';

/** Finds the annotation's address, undefined if there can be none; asked again while there is no file. */
export type Locate = () => Promise<vscode.Uri | undefined>;

/** A checkout or a save can touch a file several times: it is read once it has been quiet this long, ms. */
const QUIET = 60;

/** What of the file is known. */
interface Content {
  readonly uri: vscode.Uri;
  /** undefined: the file could not be read. */
  readonly text?: string;
  /** The last text that could be read, as an annotation. */
  readonly annotation?: Annotation;
  /** What is wrong with the file, if it cannot be read or understood. */
  readonly problem?: string;
}

/** The annotation file of one scan, read again whenever it changes on disk. */
export class AnnotationFile implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the file's content has become another one. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #content: Content | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(
    private readonly scan: vscode.Uri,
    private readonly locate: Locate,
    private readonly log: Pick<vscode.LogOutputChannel, 'info' | 'warn'>,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(parentOf(scan), `*${ANNOTATION_SUFFIX}`),
    );
    const soon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.load(), QUIET);
    };
    this.#subscriptions = [watcher, watcher.onDidChange(soon), watcher.onDidCreate(soon), watcher.onDidDelete(soon)];
  }

  /** Address of the file; undefined while there is none. */
  get uri(): vscode.Uri | undefined {
    return this.#content?.uri;
  }

  /** The last good annotation. */
  get annotation(): Annotation | undefined {
    return this.#content?.annotation;
  }

  /** Reads the file. Fires `onDidChange` if its content is another one than before. Never throws: what is wrong is part of the view. */
  load(): Promise<void> {
    this.#loading = this.#loading.then(() => this.#load()).catch((error: Error) => this.log.warn(error.message));
    return this.#loading;
  }

  async #load(): Promise<void> {
    const uri = this.#content?.uri ?? (await this.locate());
    if (!uri) return;
    const before = this.#content;
    let text: string;
    try {
      text = await readText(uri);
    } catch (error) {
      if (this.#disposed) return;
      this.#content = isMissing(error) ? undefined : this.#unread(uri, error, before);
      if (before || this.#content) this.#changed.fire();
      return;
    }
    if (this.#disposed || before?.text === text) return;
    this.#content = this.#read(uri, text, before?.annotation);
    this.#changed.fire();
  }

  /** The file is there but cannot be read: the last good mask stays. */
  #unread(uri: vscode.Uri, error: unknown, before: Content | undefined): Content {
    const reason = error instanceof Error ? error.message : String(error);
    this.log.warn(`${baseName(uri)}: ${reason}`);
    const problem = vscode.l10n.t('{0}: the file cannot be read ({1}). Check its permissions.', baseName(uri), reason);
    return { uri, problem, ...(before?.annotation ? { annotation: before.annotation } : {}) };
  }

  #read(uri: vscode.Uri, text: string, last: Annotation | undefined): Content {
    try {
      const annotation = parseAnnotation(text, baseName(uri));
      this.log.info(`${baseName(uri)}: read.`);
      return { uri, text, annotation };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.log.warn(problem);
      return { uri, text, problem, ...(last ? { annotation: last } : {}) };
    }
  }

  /**
   * What a page may show of it over a scan: the mask only if it was made on this scan.
   * @param edited The annotation with unsaved edits, where there are any; `revision` counts them.
   */
  viewFor(scan: DecodedScan, edited?: Annotation, revision = 0): AnnotationView {
    const uri = this.#content?.uri;
    const problem = this.#content?.problem;
    const annotation = edited ?? this.#content?.annotation;
    if (!uri && !annotation) return { state: 'none' };
    const file = uri ? baseName(uri) : annotationName(baseName(this.scan));
    if (!annotation) return { state: 'refused', file, message: problem ?? '' };
    const match = annotationMatches(annotation.image, scan);
    if (!match.matches) return { state: 'refused', file, message: match.message };
    return {
      state: 'shown',
      file,
      slices: masksOf(annotation),
      fields: fieldsOf(annotation),
      revision,
      provenance: provenanceOf(annotation),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
}
