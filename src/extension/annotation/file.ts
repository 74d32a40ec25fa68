import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import { parseAnnotation } from '../../core/annotation/parse';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { writeAtomically } from '../../node/atomic-write';
import { baseName, parentOf } from '../scan/files';
import { type Place, readText } from './locate';

/** Finds the annotation's place, undefined if there can be none; asked again while there is no file. */
export type Locate = () => Promise<Place | undefined>;

/** A checkout or a save can touch a file several times: it is read once it has been quiet this long, ms. */
const QUIET = 60;

/** What is on disk. */
export interface Content {
  readonly uri: vscode.Uri;
  /** undefined: the file is there and could not be read. */
  readonly text?: string;
  /** The text as an annotation, if it is one. */
  readonly annotation?: Annotation;
  /** What is wrong with the file, if it cannot be read or understood. */
  readonly problem?: string;
}

/**
 * The annotation file of one scan on disk, read again whenever it changes. What was written from
 * here is told from what others wrote by its text, never by a clock.
 */
export class AnnotationFile implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when others have given the file another content, or created or removed it. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #place: Place | undefined;
  #assumed = false;
  #content: Content | undefined;
  /** Text that is being written from here, by us or by the text editor. */
  #expected: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(
    scan: vscode.Uri,
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

  /** Where the file is or will be; undefined until it was looked for, and where there can be none. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** What is on disk; undefined while there is no file. */
  get content(): Content | undefined {
    return this.#content;
  }

  /** Takes the place of an earlier session: it is not looked for again. */
  assume(place: Place): void {
    this.#place = place;
    this.#assumed = true;
  }

  /** Reads the file. Fires `onDidChange` if its content is another one than known. Never throws: what is wrong is part of the content. */
  load(): Promise<void> {
    this.#loading = this.#loading.then(() => this.#load()).catch((error: Error) => this.log.warn(error.message));
    return this.#loading;
  }

  async #load(): Promise<void> {
    // While there is no file, another one may turn up that belongs to the scan.
    if (!this.#content && !this.#assumed) this.#place = (await this.locate()) ?? this.#place;
    const uri = this.#content?.uri ?? this.#place?.uri;
    if (!uri) return;
    const before = this.#content;
    let text: string;
    try {
      text = await readText(uri);
    } catch (error) {
      if (this.#disposed) return;
      this.#content = isMissing(error) ? undefined : this.#unread(uri, error);
      if (before?.text !== this.#content?.text || before?.problem !== this.#content?.problem) this.#changed.fire();
      return;
    }
    // What is known may have changed while the file was read.
    if (this.#disposed || this.#content?.text === text || text === this.#expected) return;
    this.#content = this.#read(uri, text);
    this.#changed.fire();
  }

  /** The file is there but cannot be read. */
  #unread(uri: vscode.Uri, error: unknown): Content {
    const reason = error instanceof Error ? error.message : String(error);
    this.log.warn(`${baseName(uri)}: ${reason}`);
    return {
      uri,
      problem: vscode.l10n.t('{0}: the file cannot be read ({1}). Check its permissions.', baseName(uri), reason),
    };
  }

  #read(uri: vscode.Uri, text: string): Content {
    try {
      const annotation = parseAnnotation(text, baseName(uri));
      this.log.info(`${baseName(uri)}: read.`);
      return { uri, text, annotation };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.log.warn(problem);
      return { uri, text, problem };
    }
  }

  /** Replaces the file, or creates it, as `writeFile`. */
  async write(annotation: Annotation, text: string): Promise<void> {
    if (!this.#content) this.#place ??= await this.locate();
    const uri = this.#content?.uri ?? this.#place?.uri;
    if (!uri) throw new Error(vscode.l10n.t('An annotation cannot be saved here. Save it under another name.'));
    this.expect(text);
    try {
      await writeFile(uri, text);
      this.#content = { uri, text, annotation };
    } finally {
      this.#expected = undefined;
    }
    this.log.info(`${baseName(uri)}: written.`);
  }

  /** `text` is about to be written, by us or by the text editor: what the watcher sees of it is no change by others. */
  expect(text: string): void {
    this.#expected = text;
  }

  /** The text editor has saved the file: this is on disk now. */
  note(uri: vscode.Uri, text: string): void {
    this.#expected = undefined;
    if (this.#content?.text === text && this.#content.problem === undefined) return;
    this.#content = this.#read(uri, text);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/**
 * Replaces a file, or creates it. On disk that is one step (`writeAtomically`); elsewhere it is as
 * whole as the file system's own writing, of which VS Code promises nothing.
 * Throws WriteError or what the file system says; a file on disk is then as it was.
 */
export async function writeFile(uri: vscode.Uri, text: string): Promise<void> {
  if (uri.scheme === 'file') await writeAtomically(uri.fsPath, text);
  else await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

function isMissing(error: unknown): boolean {
  return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
}
