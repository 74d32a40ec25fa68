/**
 * Edits of the annotation in the page. An edit is painted at once and sent to the host, whose
 * document is the annotation; what the host refuses is taken back, and what happens elsewhere is
 * put under the edits that the host has not answered yet.
 */
import { type AnnotationEdit, type FieldChange, invertEdit } from '../../core/document/edit';
import { decidedByPainting } from '../../core/document/resolve';
import type { MaskChange } from '../../core/edit/changes';
import { mergeChanges } from '../../core/mask/changes';
import type { AnnotationView } from '../../protocol/view';
import { t } from '../l10n';
import type { Viewer } from '../viewer';
import { changeFields, NOTHING_STATED } from './fields';

/** Sends an edit to the host; rejects with the reason if it was refused. */
export type SendEdit = (edit: AnnotationEdit, revision: number) => Promise<{ readonly revision: number }>;

/** An edit that is not the host's yet, and whether it is in the page's state now. */
interface Unanswered {
  readonly edit: AnnotationEdit;
  shown: boolean;
}

/** A stroke while it is being made: its parts are painted as they come. */
export interface Stroke {
  /** Paints a part. */
  paint(change: MaskChange): void;
  /** Makes the whole stroke one edit; nothing if it changed nothing. */
  end(label: string): void;
  /** Takes the stroke back. */
  cancel(): void;
}

export class EditSession {
  private revision = 0;
  private unanswered: Unanswered[] = [];
  /** Parts of the stroke that is being made. */
  private parts: MaskChange[] | undefined;

  constructor(
    private readonly viewer: Viewer,
    private readonly send: SendEdit,
  ) {}

  /** Why nothing can be edited now; undefined if it can. */
  get refusal(): string | undefined {
    return this.viewer.scan?.whole ? this.viewer.store.get().readOnly : t('The scan is still loading.');
  }

  /** The annotation as it came from the host, with what has been edited since. */
  current(): AnnotationView {
    const { scan, store } = this.viewer;
    const { annotation, fields } = store.get();
    if (annotation.state !== 'shown' || !scan?.whole) return annotation;
    const { revision } = this;
    return { ...annotation, slices: scan.labels.masks(), fields: fields ?? annotation.fields, revision };
  }

  /** Paints and sends an edit that has not been painted yet. Returns whether it could be made. */
  commit(label: string, mask: MaskChange, fields: readonly FieldChange[] = []): boolean {
    const edit: AnnotationEdit = { label, mask, fields: [...fields, ...this.decided(mask, fields)] };
    if (this.refusal !== undefined || (mask.length === 0 && fields.length === 0)) return false;
    if (!this.show(edit)) return false;
    this.deliver(edit);
    this.viewer.masksChanged();
    return true;
  }

  /** Begins a stroke; undefined if nothing can be edited now, or one is being made. */
  begin(): Stroke | undefined {
    if (this.refusal !== undefined || this.parts) return undefined;
    const parts: MaskChange[] = [];
    this.parts = parts;
    const close = (): boolean => {
      const open = this.parts === parts;
      if (open) this.parts = undefined;
      return open;
    };
    return {
      paint: (change) => {
        if (this.parts !== parts || change.length === 0) return;
        this.viewer.scan?.labels.apply(change);
        parts.push(change);
      },
      end: (label) => {
        if (!close()) return;
        const mask = joined(parts);
        if (mask.length === 0) return;
        const fields = this.decided(mask);
        if (fields.length > 0) this.show({ label, mask: [], fields });
        this.deliver({ label, mask, fields });
        this.viewer.masksChanged();
      },
      cancel: () => {
        if (!close()) return;
        this.takeBack(parts);
        this.viewer.masksChanged();
      },
    };
  }

  /** The annotation as a whole has come from the host, and its masks have been taken over: it holds all edits that have been answered. */
  adopt(annotation: AnnotationView): void {
    const { store } = this.viewer;
    this.revision = annotation.state === 'shown' ? annotation.revision : 0;
    store.set({ fields: annotation.state === 'shown' ? annotation.fields : undefined });
    const stroke = this.parts;
    this.parts = undefined;
    this.showUnanswered();
    if (stroke) this.repaint(stroke);
  }

  /** An edit was made elsewhere, undone or redone. */
  edited(edit: AnnotationEdit, revision: number): void {
    this.revision = revision;
    const stroke = this.parts;
    this.parts = undefined;
    if (stroke) this.takeBack(stroke);
    this.hideUnanswered();
    const below = this.show(edit);
    this.showUnanswered();
    // Else it was made on ours, whose answer is still on its way.
    if (!below && !this.show(edit)) {
      // Only a page that has missed something comes here: better no painting than on another mask.
      this.viewer.store.set({ readOnly: t('This view is no longer up to date. Close it and open it again.') });
    }
    if (stroke) this.repaint(stroke);
    this.viewer.masksChanged();
  }

  /** Painting over a conflict of a merge decides it, unless the edit says itself what becomes of conflicts. */
  private decided(mask: MaskChange, fields: readonly FieldChange[] = []): FieldChange[] {
    const open = this.viewer.store.get().fields?.conflicts;
    if (!open || fields.some(({ field }) => field === 'conflicts')) return [];
    return decidedByPainting(open, mask);
  }

  private deliver(edit: AnnotationEdit): void {
    const entry: Unanswered = { edit, shown: true };
    this.unanswered.push(entry);
    this.send(edit, this.revision).then(
      ({ revision }) => {
        this.revision = Math.max(this.revision, revision);
        this.unanswered = this.unanswered.filter((one) => one !== entry);
      },
      (error: unknown) => this.refused(entry, error instanceof Error ? error.message : String(error)),
    );
  }

  private refused(entry: Unanswered, reason: string): void {
    const stroke = this.parts;
    this.parts = undefined;
    if (stroke) this.takeBack(stroke);
    this.hideUnanswered();
    this.unanswered = this.unanswered.filter((one) => one !== entry);
    this.showUnanswered();
    if (stroke) this.repaint(stroke);
    this.viewer.masksChanged();
    this.viewer.warn(t('"{0}" was taken back: {1}', entry.edit.label, reason));
  }

  private hideUnanswered(): void {
    for (const one of [...this.unanswered].reverse()) {
      if (one.shown) this.show(invertEdit(one.edit));
      one.shown = false;
    }
  }

  /** Paints the unanswered edits again; one that does not fit any more waits for the host's refusal unseen. */
  private showUnanswered(): void {
    for (const one of this.unanswered) one.shown = this.show(one.edit);
  }

  private takeBack(parts: readonly MaskChange[]): void {
    const mask = joined(parts);
    this.show(invertEdit({ label: '', mask, fields: [] }));
  }

  private repaint(parts: MaskChange[]): void {
    const mask = joined(parts);
    if (!this.show({ label: '', mask, fields: [] })) return;
    // The stroke's owner goes on with the same list.
    parts.splice(0, parts.length, mask);
    this.parts = parts;
  }

  /** Puts an edit into the page's state. Returns false, with nothing changed, if it was made on another one. */
  private show({ mask, fields }: AnnotationEdit): boolean {
    const { scan, store } = this.viewer;
    try {
      const after = fields.length > 0 ? changeFields(store.get().fields ?? NOTHING_STATED, fields) : undefined;
      scan?.labels.apply(mask);
      if (after) store.set({ fields: after });
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }
}

/** One change that does what many do one after the other; joined in pairs, so that long strokes stay cheap. */
function joined(parts: readonly MaskChange[]): MaskChange {
  if (parts.length === 0) return [];
  if (parts.length === 1) return parts[0] ?? [];
  const middle = parts.length >> 1;
  return mergeChanges(joined(parts.slice(0, middle)), joined(parts.slice(middle)));
}
