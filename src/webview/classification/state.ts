/** What a model says of the scan's slices and patient, as the page shows it, and which slices of a plane that is about. */
import { chosenThresholds, type FindingClass, isCalled, type Probabilities } from '../../core/model/classify';
import type { ClassificationView } from '../../protocol/classification';
import type { Scan } from '../scan/scan';
import type { Plane } from '../state/view-state';
import { PLANES } from '../state/view-state';
import type { Viewer } from '../viewer';
import { probabilitiesText } from './figures';

export interface ClassificationState {
  /** The result; undefined while there is none. */
  readonly shown: ClassificationView | undefined;
  /** The finding that the pointer or the keyboard is on in the legend. */
  readonly pointedAt: FindingClass | undefined;
}

export const NO_CLASSIFICATION: ClassificationState = { shown: undefined, pointedAt: undefined };

/** A result brought to the slices of the plane that shows the model's pictures. */
export interface SlicesOfPlane {
  readonly plane: Plane;
  readonly classes: readonly FindingClass[];
  readonly thresholds: Probabilities;
  /** One per slice of the plane. */
  readonly slices: readonly Probabilities[];
}

/** The result by the slices of its plane; undefined without one, before the scan is whole, and for a scan of another size. */
export function slicesOfPlane({
  scan,
  classification,
}: Pick<Viewer, 'scan' | 'classification'>): SlicesOfPlane | undefined {
  const { shown } = classification.get();
  if (!scan?.whole || !shown) return undefined;
  const { axis, classes, slices } = shown.result;
  const plane = PLANES.find((one) => scan.planes[one].axis === axis);
  if (plane === undefined || scan.volume.size[axis] !== slices.length) return undefined;
  const count = scan.planes[plane].stack.count;
  return {
    plane,
    classes,
    thresholds: thresholdsOfView(shown),
    slices: Array.from({ length: count }, (_, slice) => slices[pictureAt(scan, plane, slice)] ?? {}),
  };
}

/** Index of the model's picture that a slice of the plane shows. */
function pictureAt(scan: Scan, plane: Plane, slice: number): number {
  const { axis, toIndex, width, height, spacing } = scan.planes[plane];
  const middle = [((width - 1) / 2) * spacing[0], ((height - 1) / 2) * spacing[1]] as const;
  const index = Math.round(toIndex({ slice, point: middle })[axis]);
  return Math.max(0, Math.min(scan.volume.size[axis] - 1, index));
}

/** The thresholds that hold now. */
export function thresholdsOfView({ result, threshold }: ClassificationView): Probabilities {
  return chosenThresholds(result.thresholds, result.model.threshold, threshold);
}

/** Slices of the plane in which the model suspects blood, ascending. */
export function suspected({ slices, thresholds }: SlicesOfPlane): number[] {
  return slices.flatMap((slice, n) => (isCalled(slice, thresholds, 'any') ? [n] : []));
}

/** "Any 93 %, IPH 88 %" of a slice of the active plane; empty where nothing is known of it. */
export function probabilitiesOf(viewer: Viewer, slice: number): string {
  const shown = slicesOfPlane(viewer);
  const probabilities = shown?.plane === viewer.store.get().active ? shown.slices[slice] : undefined;
  return shown && probabilities ? probabilitiesText(probabilities, shown.classes) : '';
}
