/**
 * The annotation that is being edited, and the one on disk that it came from.
 *
 * Invariant: `base` is what the file held when it was last read, written or looked at by the user,
 * so whether there is unsaved work, and what both sides changed, follows from the two values alone.
 */
import type { Annotation } from '../annotation/annotation';
import { applyEdit } from './apply';
import { sameAnnotation } from './diff';
import { type AnnotationEdit, invertEdit } from './edit';
import { EditRefused } from './refused';

export class AnnotationModel {
  #annotation: Annotation | undefined;
  #base: Annotation | undefined;
  #baseText: string | undefined;
  #revision = 0;

  /** The annotation with its edits; undefined while there is none. */
  get annotation(): Annotation | undefined {
    return this.#annotation;
  }

  /** What is on disk, as far as this side knows; an empty annotation where there is no file yet. */
  get base(): Annotation | undefined {
    return this.#base;
  }

  /** The file's text that `base` was read from or written as; undefined where there is no file. */
  get baseText(): string | undefined {
    return this.#baseText;
  }

  /** Counts edits, undone and redone ones too, and replacements. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether there is anything that a save would write. */
  get dirty(): boolean {
    if (this.#annotation === undefined || this.#base === undefined) return false;
    return !sameAnnotation(this.#base, this.#annotation);
  }

  /** Replaces everything by what is on disk: there is no step to undo, and nothing unsaved. */
  adopt(annotation: Annotation | undefined, text: string | undefined): void {
    this.#annotation = annotation;
    this.#base = annotation;
    this.#baseText = text;
    this.#revision++;
  }

  /** The file now holds `annotation` as `text`: written from here, or accepted as what the edits are to be held against. */
  rebase(annotation: Annotation, text: string | undefined): void {
    this.#base = annotation;
    this.#baseText = text;
  }

  /** Applies an edit. Throws EditRefused, with nothing changed, where it does not fit (`applyEdit`) or there is no annotation. */
  apply(edit: AnnotationEdit): void {
    if (this.#annotation === undefined) throw new EditRefused('There is no annotation to edit.');
    this.#annotation = applyEdit(this.#annotation, edit);
    this.#revision++;
  }
}

/** An edit in the undo list. It remembers whether it is applied, since the file may have been replaced under it. */
export class Step {
  #applied = true;

  constructor(
    private readonly model: AnnotationModel,
    private readonly edit: AnnotationEdit,
  ) {}

  /** Takes the edit back. Returns what was applied, undefined where it no longer fits and nothing was changed. */
  undo(): AnnotationEdit | undefined {
    return this.#turn(false, invertEdit(this.edit));
  }

  /** Applies the edit again; as `undo`. */
  redo(): AnnotationEdit | undefined {
    return this.#turn(true, this.edit);
  }

  #turn(applied: boolean, edit: AnnotationEdit): AnnotationEdit | undefined {
    if (this.#applied === applied) return undefined;
    try {
      this.model.apply(edit);
    } catch (error) {
      if (error instanceof EditRefused) return undefined;
      throw error;
    }
    this.#applied = applied;
    return edit;
  }
}
