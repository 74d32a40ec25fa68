/** What the user is asked when the annotation has changed on disk under unsaved edits. Nothing is lost whatever they answer. */
import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import { conflictingVoxels } from '../../core/annotation/conflicts';
import { type Merge, mergeAnnotations } from '../../core/annotation/merge';
import { diffAnnotations, sameAnnotation } from '../../core/document/diff';
import { type AnnotationEdit, isEmptyEdit } from '../../core/document/edit';
import type { AnnotationModel } from '../../core/document/model';
import { baseName } from '../scan/files';
import type { Content } from './file';

/** What answering does to the document. */
export interface OutsideHost {
  readonly model: AnnotationModel;
  /** Applies an edit that can be undone. */
  perform(edit: AnnotationEdit): void;
  /** The disk's side counts as seen: edits are held against it, and saving replaces it. */
  seen(content: Content): void;
  /** The unsaved annotation as a text to compare with. */
  unsavedText(annotation: vscode.Uri): vscode.Uri;
}

/** Another side's content of the annotation file, as long as the user has not decided what to do about it. */
export class OutsideChange {
  #content: Content | undefined;
  /** What a message on screen asks about. */
  #asked: Content | undefined;

  constructor(private readonly host: OutsideHost) {}

  /** The content to decide about; undefined if there is none. */
  get content(): Content | undefined {
    return this.#content;
  }

  /** There is nothing to decide any more. */
  forget(): void {
    this.#content = undefined;
  }

  /** Asks about a content, unless a message on screen does so already. */
  ask(content: Content): void {
    this.#content = content;
    if (this.#asked === content) return;
    this.#asked = content;
    void this.#question(content).finally(() => {
      if (this.#asked === content) this.#asked = undefined;
    });
  }

  /** Asks until the user has decided, closes the message, or the file has changed once more. */
  async #question(content: Content): Promise<void> {
    const name = baseName(content.uri);
    const [compare, merge] = [vscode.l10n.t('Compare'), vscode.l10n.t('Merge Voxel by Voxel')];
    const [keep, take] = [vscode.l10n.t('Keep Mine'), vscode.l10n.t('Take Theirs')];
    const message = content.annotation
      ? vscode.l10n.t('{0} was changed outside of this editor, and you have unsaved edits. Neither is lost yet.', name)
      : vscode.l10n.t(
          '{0} was changed outside of this editor and cannot be used as it is now. Your unsaved edits are still here.',
          name,
        );
    while (this.#content === content) {
      // An annotation of another image is nothing that ours could be merged with or exchanged for.
      const fits = content.annotation !== undefined && mergeOf(this.host.model, content.annotation) !== undefined;
      const buttons = [...(content.text === undefined ? [] : [compare]), ...(fits ? [merge, keep, take] : [keep])];
      const chosen = await vscode.window.showWarningMessage(message, ...buttons);
      if (this.#content !== content || chosen === undefined) return;
      if (chosen === compare) await this.#compare(content.uri);
      else if (chosen === keep) this.#seen(content);
      else if (content.annotation && chosen === take)
        this.#replace(content, content.annotation, vscode.l10n.t('Take Version on Disk'));
      else if (content.annotation) this.#merge(content, content.annotation);
    }
  }

  #compare(uri: vscode.Uri): Thenable<unknown> {
    const title = vscode.l10n.t('{0} (on disk ↔ unsaved)', baseName(uri));
    return vscode.commands.executeCommand('vscode.diff', uri, this.host.unsavedText(uri), title);
  }

  #seen(content: Content): void {
    this.#content = undefined;
    this.host.seen(content);
  }

  #replace(content: Content, annotation: Annotation, label: string): void {
    const present = this.host.model.annotation;
    const edit = present && diffAnnotations(present, annotation, label);
    this.host.seen(content);
    if (edit && !isEmptyEdit(edit)) this.host.perform(edit);
    this.#seen(content);
  }

  #merge(content: Content, theirs: Annotation): void {
    const { model } = this.host;
    const merge = mergeOf(model, theirs);
    if (!merge) return;
    const otherWay = model.base && model.annotation && mergeAnnotations(model.base, theirs, model.annotation).merged;
    this.#replace(content, merge.merged, vscode.l10n.t('Merge With Version on Disk'));
    if (otherWay) void this.#offerTheirs(merge, otherWay);
  }

  /** Says where ours was kept, and offers theirs there. */
  async #offerTheirs(merge: Merge, theirs: Annotation): Promise<void> {
    const message = conflictMessage(merge);
    if (message === undefined) return;
    const take = vscode.l10n.t('Take Theirs There');
    const chosen = await vscode.window.showWarningMessage(message, take);
    const present = this.host.model.annotation;
    if (chosen !== take || !present || !sameAnnotation(present, merge.merged)) return;
    this.host.perform(diffAnnotations(present, theirs, take));
  }
}

function mergeOf(model: AnnotationModel, theirs: Annotation): Merge | undefined {
  const { base, annotation } = model;
  if (!base || !annotation) return undefined;
  try {
    return mergeAnnotations(base, annotation, theirs);
  } catch {
    // They are of different images: there is nothing to merge.
    return undefined;
  }
}

/** What a merge left to the user, as a message; undefined if both sides went together. */
function conflictMessage({ conflicts }: Merge): string | undefined {
  if (conflicts.length === 0) return undefined;
  const voxels = conflictingVoxels(conflicts);
  const slices = conflicts.flatMap((conflict) => (conflict.kind === 'voxels' ? [conflict.slice + 1] : []));
  const statements = conflicts.filter(({ kind }) => kind === 'statement').length;
  const parts = [
    ...(voxels > 0
      ? [
          vscode.l10n.t(
            '{0} voxels on slices {1}',
            voxels,
            slices.slice(0, 10).join(', ') + (slices.length > 10 ? ', ...' : ''),
          ),
        ]
      : []),
    ...(statements > 0 ? [vscode.l10n.t('{0} labels', statements)] : []),
  ];
  return vscode.l10n.t('Both sides changed {0} differently. Yours were kept.', parts.join(vscode.l10n.t(' and ')));
}
