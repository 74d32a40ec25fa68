/** What the user is asked when the annotation has changed on disk under unsaved edits. Nothing is lost whatever they answer. */
import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import { conflictingVoxels } from '../../core/annotation/conflicts';
import { type Merge, mergeAnnotations } from '../../core/annotation/merge';
import type { AnnotationModel } from '../../core/document/model';
import { baseName } from '../scan/files';
import type { Content } from './file';

export interface OutsideActions {
  /** Opens both sides beside each other. */
  compare(): Thenable<unknown>;
  /** Takes the result of a merge as an edit; the disk's side counts as seen. */
  merge(merge: Merge): void;
  /** Leaves the edits; the disk's side counts as seen, so that saving replaces it. */
  keep(): void;
  /** Takes the disk's side as an edit, so that undo brings ours back. */
  take(): void;
  /** Whether the question is still open. */
  open(): boolean;
}

/** Asks until the user has decided, closes the message, or the file has changed once more. */
export async function askAboutOutsideChange(
  content: Content,
  model: AnnotationModel,
  actions: OutsideActions,
): Promise<void> {
  const name = baseName(content.uri);
  const compare = vscode.l10n.t('Compare');
  const merge = vscode.l10n.t('Merge Voxel by Voxel');
  const keep = vscode.l10n.t('Keep Mine');
  const take = vscode.l10n.t('Take Theirs');
  while (actions.open()) {
    const merged = content.annotation && mergeOf(model, content.annotation);
    const message = content.annotation
      ? vscode.l10n.t('{0} was changed outside of this editor, and you have unsaved edits. Neither is lost yet.', name)
      : vscode.l10n.t(
          '{0} was changed outside of this editor and cannot be used as it is now. Your unsaved edits are still here.',
          name,
        );
    const buttons = [...(content.text === undefined ? [] : [compare]), ...(merged ? [merge] : []), keep];
    // Their annotation of another image is nothing that ours could be exchanged for.
    if (merged) buttons.push(take);
    const chosen = await vscode.window.showWarningMessage(message, ...buttons);
    if (!actions.open()) return;
    if (chosen === merge && merged) {
      // Edits may have gone on while the message stood.
      const now = content.annotation && mergeOf(model, content.annotation);
      actions.merge(now ?? merged);
      return;
    }
    if (chosen === keep) return actions.keep();
    if (chosen === take) return actions.take();
    if (chosen !== compare) return;
    await actions.compare();
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
export function conflictMessage({ conflicts }: Merge): string | undefined {
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

/** The other outcome of a merge: their side wherever both changed the same thing differently. */
export function mergeForTheirs({ base, annotation }: AnnotationModel, theirs: Annotation): Annotation | undefined {
  return base && annotation && mergeAnnotations(base, theirs, annotation).merged;
}
