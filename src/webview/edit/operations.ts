/** Edits of the mask that need no pointer: worked out in steps, shown as a proposal, then accepted. */
import { type Subtype, subtypeOf } from '../../core/annotation/subtype';
import type { MaskChange } from '../../core/edit/changes';
import { fillHoles } from '../../core/edit/holes';
import { interpolateSlices } from '../../core/edit/interpolate';
import { removeIslands } from '../../core/edit/islands';
import { changeMargin } from '../../core/edit/margin';
import { smooth } from '../../core/edit/smooth';
import type { Steps } from '../../core/edit/steps';
import { t } from '../l10n';
import type { Scan } from '../scan/scan';
import type { Editing } from '../tools/editing';

export const OPERATIONS = [
  'fillHoles',
  'removeIslands',
  'smoothMask',
  'growMask',
  'shrinkMask',
  'interpolateSlices',
] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** The name of an operation, for menus and its options. */
export function operationName(operation: OperationName): string {
  switch (operation) {
    case 'fillHoles':
      return t('Fill Holes');
    case 'removeIslands':
      return t('Remove Islands');
    case 'smoothMask':
      return t('Smooth');
    case 'growMask':
      return t('Grow by mm');
    case 'shrinkMask':
      return t('Shrink by mm');
    case 'interpolateSlices':
      return t('Fill Between Slices');
  }
}

/** The operation with its present options on the active subtype, as it stands in the undo list. */
export function operationLabel(editing: Editing, operation: OperationName): string {
  const { activeLabel, toolOptions } = editing.viewer.store.get();
  const subtype: Subtype = subtypeOf(activeLabel) ?? 'IPH';
  switch (operation) {
    case 'fillHoles':
      return t('Fill Holes of {0}', subtype);
    case 'removeIslands':
      return t('Remove Islands of {0} Below {1} mL', subtype, toolOptions.islands);
    case 'smoothMask':
      return t('Smooth {0} by {1} mm', subtype, toolOptions.smoothingRadius);
    case 'growMask':
      return t('Grow {0} by {1} mm', subtype, toolOptions.margin);
    case 'shrinkMask':
      return t('Shrink {0} by {1} mm', subtype, toolOptions.margin);
    case 'interpolateSlices':
      return t('Fill {0} Between Slices', subtype);
  }
}

/** The steps of an operation on the active subtype: of the shown slice in 2-D, of the whole scan in 3-D. */
export function operationSteps(editing: Editing, scan: Scan, operation: OperationName): Steps<MaskChange> {
  const { activeLabel, toolOptions } = editing.viewer.store.get();
  const { grid, labels } = scan;
  const { dimensions } = toolOptions;
  const options = { ...editing.options(scan, activeLabel, false), ...sliceLimits(editing, scan), dimensions };
  switch (operation) {
    case 'fillHoles':
      return fillHoles(grid, labels, options);
    case 'removeIslands':
      return removeIslands(grid, labels, {
        ...options,
        labels: [activeLabel],
        connectivity: 'full',
        below: { unit: 'mL', value: toolOptions.islands },
      });
    case 'smoothMask':
      return smooth(grid, labels, {
        ...options,
        labels: [activeLabel],
        method: toolOptions.smoothing,
        radius: toolOptions.smoothingRadius,
      });
    case 'growMask':
      // Blood of another subtype stays what it is.
      return changeMargin(grid, labels, { ...options, over: [0], margin: toolOptions.margin });
    case 'shrinkMask':
      return changeMargin(grid, labels, { ...options, margin: -toolOptions.margin });
    case 'interpolateSlices':
      return interpolateSlices(grid, labels, { locked: options.locked ?? [], labels: [activeLabel] });
  }
}

/** In 2-D the shown slice of the volume alone. */
function sliceLimits(editing: Editing, scan: Scan): { slices?: { first: number; last: number } } {
  if (editing.viewer.store.get().toolOptions.dimensions === 3) return {};
  const k = shownSlice(editing, scan);
  return { slices: { first: k, last: k } };
}

/** Slice k of the volume that its native plane shows. */
export function shownSlice(editing: Editing, scan: Scan): number {
  const view = scan.planes[scan.native];
  const slice = editing.viewer.store.get().slices[scan.native];
  return Math.round(view.toIndex({ slice, point: [0, 0] })[2]);
}
