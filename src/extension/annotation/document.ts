import * as vscode from 'vscode';
import { type Annotation, emptyAnnotation } from '../../core/annotation/annotation';
import { AnnotationWriter, encodeAnnotation } from '../../core/annotation/encode';
import { imageReference } from '../../core/annotation/image';
import { annotationMatches } from '../../core/annotation/match';
import { creditEdit } from '../../core/document/credit';
import { diffAnnotations, sameAnnotation } from '../../core/document/diff';
import { type AnnotationEdit, isEmptyEdit } from '../../core/document/edit';
import { AnnotationModel, Step } from '../../core/document/model';
import { EditRefused } from '../../core/document/refused';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import { READER_SETTING, readerName, systemUser } from '../reader';
import { baseName, hasNeighbours } from '../scan/files';
import { type Backup, writeBackup } from './backup';
import { AnnotationFile, type Content, writeFile } from './file';
import { locateAnnotation, type Place } from './locate';
import { OutsideChange } from './outside';
import { Settling } from './settle';
import { type Agreed, AnnotationText, agreedOn, plain } from './text';
import { readTyped } from './typed';
import type { UnsavedTexts } from './unsaved';
import { viewOf } from './view';

/** An edit as it was applied. */
export interface AppliedEdit {
  readonly edit: AnnotationEdit;
  readonly revision: number;
  /** Who made it and shows it already; absent for undo and redo. */
  readonly origin?: object;
}

/** A fresh edit for an undo list. */
export interface UndoableEdit {
  readonly label: string;
  undo(): void;
  redo(): void;
}

/**
 * The annotation of an open scan: the model that is edited, its file on disk and its open text, kept
 * in step.
 *
 * Invariants: all unsaved work is in the undo list of VS Code (what replaces the annotation without
 * a step happens only while nothing is unsaved); a file that is not what this side last knew is never
 * overwritten without the user's word; a mask is shown and edited only over the scan it was made on.
 */
export class AnnotationDocument implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<AnnotationView>();
  /** Fires when what is shown has been replaced, or its state has changed. */
  readonly onDidChange = this.#changed.event;
  readonly #edited = new vscode.EventEmitter<AppliedEdit>();
  /** Fires for every edit, undo and redo, after it was applied. */
  readonly onDidEdit = this.#edited.event;
  readonly #undoable = new vscode.EventEmitter<UndoableEdit>();
  /** Fires for every fresh edit. */
  readonly onDidMakeEdit = this.#undoable.event;

  readonly file: AnnotationFile;
  readonly #model = new AnnotationModel();
  readonly #text: AnnotationText;
  readonly #writer = new AnnotationWriter();
  #scan: DecodedScan | undefined;
  #reader = systemUser();
  readonly #configuration: vscode.Disposable;
  /** The file on disk cannot be used as it is now; the last good annotation stays. */
  #diskProblem: string | undefined;
  /** The same of the open text. */
  #textProblem: string | undefined;
  /** While what the user typed is taken over, the text is left as it was typed. */
  #taking = false;
  readonly #outside: OutsideChange;
  readonly #settling: Settling;
  #saving = false;
  #disposed = false;

  /** @param scan Address of the scan. */
  constructor(
    private readonly uri: vscode.Uri,
    log: vscode.LogOutputChannel,
    unsaved: UnsavedTexts,
  ) {
    this.file = new AnnotationFile(uri, () => locateAnnotation(uri, this.#scan?.seriesInstanceUid), log);
    this.file.onDidChange(() => this.#changedOnDisk());
    this.#outside = new OutsideChange({
      model: this.#model,
      perform: (edit) => this.#perform(edit),
      seen: ({ annotation, text }) => {
        if (annotation) this.#accept(annotation, text);
        else if (this.#model.base) this.#model.rebase(this.#model.base, text);
      },
      unsavedText: (annotation) => unsaved.offer(annotation, () => this.#textOf()),
    });
    this.#text = new AnnotationText(
      () => (this.#scan ? (this.file.uri ?? this.file.place?.uri) : undefined),
      {
        opened: () => this.#agreedText(),
        typed: (text, before, saved) => this.#typed(text, before, saved),
        saving: (text) => this.file.expect(text),
        saved: (address, text) => this.#savedAsText(address, text),
        closed: () => this.#textClosed(),
      },
      log,
    );
    this.#settling = new Settling(uri, () => this.#saving || this.#model.dirty);
    const nameReader = (): void =>
      void readerName(uri).then((name) => {
        this.#reader = name;
      });
    nameReader();
    this.#configuration = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(READER_SETTING, uri)) nameReader();
    });
  }

  /** The annotation with its unsaved edits; undefined while there is none. */
  get annotation(): Annotation | undefined {
    return this.#model.annotation;
  }

  /** Number of edits that have been applied, undone and redone. */
  get revision(): number {
    return this.#model.revision;
  }

  get dirty(): boolean {
    return this.#model.dirty;
  }

  get #problem(): string | undefined {
    return this.#textProblem ?? this.#diskProblem;
  }

  /** What a page may show: the mask only if it was made on this scan; 'none' until the scan is known. */
  get view(): AnnotationView {
    if (!this.#scan) return { state: 'none' };
    const file = baseName(this.file.uri ?? this.file.place?.uri ?? this.uri);
    const { annotation, revision } = this.#model;
    return viewOf(annotation, this.#scan, { file, problem: this.#problem, revision });
  }

  /** A page has decoded the scan: from now on the annotation can be shown or refused, and edited. */
  async reportDecoded(scan: DecodedScan): Promise<void> {
    this.#scan = scan;
    await this.file.load();
    this.#lookForOutsideChange();
    this.#text.look();
    this.#announce();
  }

  /**
   * Applies an edit of the user. Throws EditRefused where it was made on another state than the
   * present one, and where there is nothing that may be edited.
   * @param origin Who made it, and so shows it already.
   */
  edit(edit: AnnotationEdit, origin?: object): void {
    this.#text.flush();
    const view = this.view;
    this.#mustBeEditable(view);
    this.#perform(creditEdit(this.#started(), edit, this.#reader), origin);
    if (view.state === 'none') this.#announce();
  }

  /**
   * Replaces the annotation by another one of the same scan, as one edit.
   * Throws EditRefused as `edit`, and if it is of another scan than the one that is open.
   */
  replace(annotation: Annotation, label: string): void {
    this.#text.flush();
    this.#mustBeEditable(this.view);
    const match = this.#scan && annotationMatches(annotation.image, this.#scan);
    if (match && !match.matches) throw new EditRefused(match.message);
    const edit = diffAnnotations(this.#started(), annotation, label);
    if (!isEmptyEdit(edit)) this.#perform(edit);
    this.#announce();
  }

  /**
   * Makes another annotation of the present one (a new, empty one where there is none), as one edit.
   * Returns whether anything changed. Throws EditRefused as `edit`.
   */
  change(label: string, make: (annotation: Annotation) => Annotation): boolean {
    this.#text.flush();
    const view = this.view;
    this.#mustBeEditable(view);
    const annotation = this.#started();
    const edit = diffAnnotations(annotation, make(annotation), label);
    const changes = !isEmptyEdit(edit);
    if (changes) this.#perform(edit);
    if (view.state === 'none') this.#announce();
    return changes;
  }

  /**
   * Applies an edit that says itself who made what, to the present annotation (a new, empty one where
   * there is none). Throws EditRefused as `edit`.
   * @param turned Called after the edit was undone (false) or made again (true).
   */
  accept(make: (annotation: Annotation) => AnnotationEdit, turned: (applied: boolean) => void): void {
    this.#text.flush();
    const view = this.view;
    this.#mustBeEditable(view);
    const edit = make(this.#started());
    if (!isEmptyEdit(edit)) this.#perform(edit, undefined, turned);
    if (view.state === 'none') this.#announce();
  }

  /** Whether `edit`, `change` and `replace` can be asked for now. */
  get editable(): boolean {
    try {
      this.#mustBeEditable(this.view);
      return true;
    } catch {
      return false;
    }
  }

  /** Why this scan is never edited, whatever its annotation: an older version of git, or a place that cannot be written. */
  get readOnly(): string | undefined {
    const writable = hasNeighbours(this.uri) && vscode.workspace.fs.isWritableFileSystem(this.uri.scheme) !== false;
    return writable ? undefined : vscode.l10n.t('{0} is open for reading only.', baseName(this.uri));
  }

  #mustBeEditable(view: AnnotationView): void {
    if (!this.#scan) throw new EditRefused(vscode.l10n.t('The scan has not been read yet. Try again in a moment.'));
    if (view.state === 'refused') throw new EditRefused(view.message);
    if (this.#problem !== undefined) throw new EditRefused(this.#problem);
    if (this.readOnly !== undefined) throw new EditRefused(this.readOnly);
  }

  /** The present annotation; a new, empty one where there is none. */
  #started(): Annotation {
    if (!this.#model.annotation && this.#scan) {
      const name = this.file.place?.scanFile ?? baseName(this.uri);
      const image = imageReference(this.#scan, this.#scan.sha256, name);
      this.#model.adopt(emptyAnnotation(image, [{ reader: this.#reader }]), undefined);
    }
    if (!this.#model.annotation) throw new EditRefused('There is no annotation to edit.');
    return this.#model.annotation;
  }

  /** Applies an edit, puts it into the undo list and tells all views. */
  #perform(edit: AnnotationEdit, origin?: object, turned?: (applied: boolean) => void): void {
    this.#model.apply(edit);
    this.#tell(edit, origin);
    this.#offerUndo(edit, turned);
  }

  /** Puts an applied edit into the undo list. */
  #offerUndo(edit: AnnotationEdit, turned?: (applied: boolean) => void): void {
    const step = new Step(this.#model, edit);
    const turn = (made: AnnotationEdit | undefined, applied: boolean): void => {
      if (!made) {
        this.#sayStale(edit.label);
        return;
      }
      this.#tell(made);
      turned?.(applied);
    };
    this.#undoable.fire({
      label: edit.label,
      undo: () => turn(step.undo(), false),
      redo: () => turn(step.redo(), true),
    });
  }

  #tell(edit: AnnotationEdit, origin?: object): void {
    this.#edited.fire({ edit, revision: this.#model.revision, ...(origin ? { origin } : {}) });
    this.#mirror();
  }

  #sayStale(label: string): void {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('"{0}" can no longer be undone or redone: the annotation has been replaced since.', label),
    );
  }

  /** Sends the whole view, after the answers to requests that it already includes. */
  #announce(): void {
    setImmediate(() => {
      if (!this.#disposed) this.#changed.fire(this.view);
    });
  }

  #mirror(): void {
    const { annotation } = this.#model;
    if (annotation && !this.#taking) this.#text.show(annotation, () => this.#writer.encode(annotation));
  }

  #textOf(): string {
    return this.#model.annotation ? this.#writer.encode(this.#model.annotation) : '';
  }

  // The file on disk

  #changedOnDisk(): void {
    const { content } = this.file;
    this.#outside.forget();
    if (!this.#model.dirty) this.#adopt(content);
    else if (content === undefined) this.#deleted();
    else if (content.text !== undefined && content.text === this.#model.baseText) this.#diskProblem = content.problem;
    else if (content.annotation && this.#says(content.annotation)) this.#accept(content.annotation, content.text);
    else this.#outside.ask(content);
    this.#announce();
  }

  /** Shows what is on disk; only while nothing is unsaved. Something unreadable leaves the last good annotation. */
  #adopt(content: Content | undefined): void {
    this.#diskProblem = content?.problem;
    if (content?.problem !== undefined) return;
    this.#model.adopt(content?.annotation, content?.text);
    this.#text.look();
    // A text without unsaved changes is read again by VS Code; written to by us, it would have some.
    if (this.#text.document?.isDirty) this.#mirror();
  }

  /** Unsaved edits and a file that is not what they were made on: the user is asked, whenever that comes to light. */
  #lookForOutsideChange(): void {
    const { content } = this.file;
    if (this.#model.dirty && content && content.text !== this.#model.baseText) this.#changedOnDisk();
  }

  #says(annotation: Annotation): boolean {
    return this.#model.annotation !== undefined && sameAnnotation(this.#model.annotation, annotation);
  }

  #accept(base: Annotation, text: string | undefined): void {
    this.#diskProblem = undefined;
    this.#model.rebase(base, text);
    this.#settling.check();
  }

  #deleted(): void {
    const { base } = this.#model;
    if (base) this.#model.rebase(emptyAnnotation(base.image), undefined);
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        'The annotation of {0} was deleted on disk. Your edits are still here; saving writes it again.',
        baseName(this.uri),
      ),
    );
  }

  // The open text

  #agreedText(): Agreed | undefined {
    const { annotation, base, baseText } = this.#model;
    const { content } = this.file;
    const onDisk = baseText ?? content?.text;
    if (onDisk === undefined) return undefined;
    if (baseText !== undefined && annotation !== base) queueMicrotask(() => this.#mirror());
    const text = plain(onDisk);
    const said = baseText === undefined ? annotation : base;
    // The base may have been accepted with another text than its own.
    return content?.annotation && content.annotation === said && content.text === onDisk
      ? agreedOn({ text, annotation: said })
      : { text, annotation: said };
  }

  #typed(text: string, before: Agreed, saved: boolean): Annotation | undefined {
    if (!this.#scan) return undefined;
    const file = baseName(this.file.uri ?? this.uri);
    const { annotation: parsed, problem } = readTyped(text, file, this.#scan, before.read);
    if (this.#textProblem !== problem) this.#announce();
    this.#textProblem = problem;
    this.#taking = true;
    try {
      if (parsed) this.#takeTyped(parsed, before.annotation ?? parsed, saved);
    } finally {
      this.#taking = false;
    }
    // Edits made elsewhere meanwhile are missing in the text.
    if (parsed && this.#model.dirty && !this.#says(parsed)) queueMicrotask(() => this.#mirror());
    return parsed;
  }

  #takeTyped(parsed: Annotation, base: Annotation, saved: boolean): void {
    const { annotation } = this.#model;
    if (saved && !this.#model.dirty) {
      // Others have changed the file, and VS Code has read it before us.
      void this.file.load();
      return;
    }
    if (!annotation || this.view.state === 'refused') {
      this.#model.adopt(parsed, this.file.content?.text);
      this.#announce();
      return;
    }
    const label = vscode.l10n.t('Edit Text');
    const edit = diffAnnotations(base, parsed, label);
    if (isEmptyEdit(edit)) return;
    try {
      this.#perform(edit);
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error;
      // Both were changed at once in the same place: the text is what the user looks at.
      this.#perform(diffAnnotations(annotation, parsed, label));
    }
    this.#settling.check();
  }

  #savedAsText(uri: vscode.Uri, text: string): void {
    this.file.note(uri, text);
    const { content } = this.file;
    const { annotation, base } = this.#model;
    this.#diskProblem = content?.problem;
    if (annotation && content?.annotation && this.#says(content.annotation)) this.#accept(annotation, content.text);
    else if (base) this.#model.rebase(base, content?.text);
  }

  #textClosed(): void {
    if (this.#textProblem === undefined) return;
    this.#textProblem = undefined;
    this.#announce();
  }

  // What VS Code asks for

  /**
   * Writes the annotation, and saves the open text with it.
   * Throws Error with what the user is to know if nothing was written: the file is as it was.
   */
  async save(): Promise<void> {
    this.#text.flush();
    if (this.#problem !== undefined) throw new Error(vscode.l10n.t('Not saved. {0}', this.#problem));
    this.#saving = true;
    this.#settling.forget();
    try {
      await this.#write();
      await this.#text.save();
    } finally {
      this.#saving = false;
    }
    this.#announce();
  }

  /** Writes until what is on disk is what the model says: edits go on while the disk is busy. */
  async #write(): Promise<void> {
    for (let written: Annotation | undefined; ; ) {
      const { annotation } = this.#model;
      if (!annotation || annotation === written) return;
      await this.file.load();
      this.#lookForOutsideChange();
      const { content } = this.#outside;
      if (content) {
        this.#outside.ask(content);
        const file = baseName(content.uri);
        throw new Error(
          vscode.l10n.t('Not saved: {0} was changed outside of this editor. Choose what is to happen with it.', file),
        );
      }
      if (this.#model.dirty) {
        const text = this.#writer.encode(annotation);
        await this.file.write(annotation, text);
        this.#model.rebase(annotation, text);
      }
      written = annotation;
    }
  }

  /**
   * Writes a copy of the annotation.
   * @param scanFile Name of the scan relative to the copy, where it is another one.
   */
  async copyTo(destination: vscode.Uri, scanFile?: string): Promise<void> {
    this.#text.flush();
    const { annotation } = this.#model;
    if (!annotation) return;
    const text = encodeAnnotation({
      ...annotation,
      image: scanFile === undefined ? annotation.image : { ...annotation.image, file: scanFile },
    });
    await writeFile(destination, text);
  }

  /** Gives up unsaved edits: shows what is on disk. */
  async revert(): Promise<void> {
    const { base, baseText } = this.#model;
    this.#outside.forget();
    // A new annotation that was never saved is none.
    this.#model.adopt(baseText === undefined ? undefined : base, baseText);
    await this.file.load();
    this.#adopt(this.file.content);
    this.#mirror();
    await this.#text.save();
    this.#announce();
  }

  /** Writes what is unsaved; an empty file where there is nothing. */
  async backup(destination: vscode.Uri): Promise<void> {
    const { annotation, base, baseText } = this.#model;
    const place = this.#place();
    if (annotation && base && place) await writeBackup(destination, { place, annotation, base, baseText });
    else await vscode.workspace.fs.writeFile(destination, new Uint8Array());
  }

  /** Takes up unsaved work of an earlier session, as one edit that can be undone. */
  restore({ place, annotation, base, baseText }: Backup): void {
    this.file.assume(place);
    this.#model.adopt(base, baseText);
    const edit = diffAnnotations(base, annotation, vscode.l10n.t('Restore Unsaved Changes'));
    if (isEmptyEdit(edit)) return;
    this.#model.apply(edit);
    // VS Code takes edits of a document from the moment when opening it has returned.
    setTimeout(() => this.#offerUndo(edit));
  }

  #place(): Place | undefined {
    const { uri, place } = this.file;
    return uri && place ? { uri, scanFile: place.scanFile } : place;
  }

  dispose(): void {
    this.#disposed = true;
    this.#settling.dispose();
    this.#configuration.dispose();
    this.#text.dispose();
    this.file.dispose();
    for (const emitter of [this.#changed, this.#edited, this.#undoable]) emitter.dispose();
  }
}
