/** What the two sides of a diff have in common, out of and into a view. */
import type { SharedView } from '../../protocol/compare';
import { type PerPlane, PLANES, type ViewState } from '../state/view-state';
import type { Viewer } from '../viewer';

/** The part of a view that the other side shall show too; undefined while nothing is shown. */
export function sharedView(viewer: Viewer, combined: boolean): SharedView | undefined {
  const point = viewer.crosshairWorld();
  if (!viewer.scan || !point) return undefined;
  const { layout, active, slices, parts, window, crosshair, interpolation, overlay, overlayHeld } = viewer.store.get();
  return {
    combined,
    layout,
    active,
    slices,
    counts: perPlane((plane) => viewer.count(plane)),
    point,
    parts,
    window,
    crosshair,
    interpolation,
    overlay,
    overlayHeld,
  };
}

/** Shows what the other side shows. Slices go by number where both have as many, else by their place in the patient. */
export function applyShared(viewer: Viewer, view: SharedView): void {
  const { layout, active, parts, window, crosshair, interpolation, overlay, overlayHeld } = view;
  const slices = viewer.scan ? slicesAt(viewer, view) : viewer.store.get().slices;
  viewer.store.set({ layout, active, parts, window, crosshair, interpolation, overlay, overlayHeld, slices });
}

/** The slices of the view's scan that show the point of another view. */
export function slicesAt(
  viewer: Viewer,
  { slices, counts, point }: Pick<SharedView, 'slices' | 'counts' | 'point'>,
): ViewState['slices'] {
  const { scan } = viewer;
  return perPlane((plane) => {
    const count = viewer.count(plane);
    if (!scan || counts[plane] === count) return slices[plane];
    return Math.max(0, Math.min(count - 1, Math.round(scan.planes[plane].toPlane(point).slice)));
  });
}

function perPlane(value: (plane: (typeof PLANES)[number]) => number): PerPlane<number> {
  const [axial, coronal, sagittal] = PLANES;
  return { axial: value(axial), coronal: value(coronal), sagittal: value(sagittal) };
}
