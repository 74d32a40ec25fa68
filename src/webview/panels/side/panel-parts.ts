/** What the parts of the side panel share. */
import type { FieldChange } from '../../../core/document/edit';
import type { AnnotationFields } from '../../../core/document/fields';
import type { MaskChange } from '../../../core/edit/changes';
import { NOTHING_STATED } from '../../edit/fields';
import type { ViewState } from '../../state/view-state';
import type { Viewer } from '../../viewer';

/** How the panel reaches the annotation and its text. */
export interface PanelHost {
  /** Makes one edit that can be undone; returns whether it could be made. */
  commit(label: string, mask: MaskChange, fields?: readonly FieldChange[]): boolean;
  /** Opens the annotation's text at a row of a slice (k). */
  showText(slice: number, row: number): void;
  /** Carries out a command of the extension. */
  invoke(command: string, argument?: number | string): void;
}

/** What the annotation states; nothing where there is none yet. */
export function statedFields({ fields }: Pick<ViewState, 'fields'>): AnnotationFields {
  return fields ?? NOTHING_STATED;
}

/** Whether the annotation can be edited now. */
export function editable(viewer: Viewer): boolean {
  const { readOnly } = viewer.store.get();
  return readOnly === undefined && viewer.scan?.whole === true;
}

/** Calls `update` whenever the shown slice, the masks, what is stated, or whether it can be changed is another. */
export function watchAnnotation(viewer: Viewer, update: () => void): void {
  let before: readonly unknown[] = [];
  viewer.store.watch(
    (state) => state,
    ({ slices, masks, fields, readOnly, stage, settings }) => {
      const now = [slices, masks, fields, readOnly, stage.name, settings];
      if (now.every((value, n) => value === before[n])) return;
      before = now;
      update();
    },
  );
}
