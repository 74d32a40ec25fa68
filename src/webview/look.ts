/** Going to places that are named by voxels (i, j, k), as annotations name them. */
import { indexToWorld } from '../core/geometry';
import type { Vec3 } from '../core/volume';
import type { Highlighted } from './overlays/highlight';
import { PLANES, type ViewState } from './state/view-state';
import type { Viewer } from './viewer';

/** Milliseconds for which a lesion that was chosen stays outlined. */
const HIGHLIGHT = 1600;

/** Shows a voxel in all planes: their slices go there, and what is zoomed in is moved so that it lies in the middle. */
export function goToVoxel(viewer: Viewer, index: Vec3): void {
  const { scan, store } = viewer;
  if (!scan?.whole) return;
  const { active, layout, parts, slices } = store.get();
  const world = indexToWorld(scan.volume, index);
  const places = PLANES.map((plane) => [plane, scan.planes[plane].toPlane(world)] as const);
  const moved = Object.fromEntries(
    places.map(([plane, { slice, point }]) => {
      const { width, height, spacing } = scan.planes[plane];
      const middle = [((width - 1) / 2) * spacing[0], ((height - 1) / 2) * spacing[1]] as const;
      const { zoom, pan } = parts[plane];
      return [
        plane,
        {
          slice: Math.max(0, Math.min(viewer.count(plane) - 1, Math.round(slice))),
          part: zoom > 1 ? { zoom, pan: [point[0] - middle[0], point[1] - middle[1]] as const } : { zoom, pan },
        },
      ];
    }),
  );
  const pick = <K extends 'slice' | 'part'>(key: K): unknown =>
    Object.fromEntries(PLANES.map((plane) => [plane, moved[plane]?.[key]]));
  store.set({
    slices: { ...slices, ...(pick('slice') as ViewState['slices']) },
    parts: { ...parts, ...(pick('part') as ViewState['parts']) },
    selectedRuler: undefined,
  });
  // Tells screen readers where that is.
  viewer.announceSlice(layout === 'all' ? active : layout);
}

/** Shows slice k of the volume in the plane of the volume's own slices. */
export function goToSlice(viewer: Viewer, k: number): void {
  const { scan, store } = viewer;
  if (!scan?.whole) return;
  const { layout } = store.get();
  if (layout !== 'all' && layout !== scan.native) viewer.setLayout(scan.native);
  viewer.goTo(scan.nativeSlice(k), scan.native);
}

/** Slice k of the volume that the plane of its own slices shows; undefined before the scan is whole. */
export function currentSlice({ scan, store }: Viewer): number | undefined {
  if (!scan?.whole) return undefined;
  const { native } = scan;
  const index = scan.planes[native].toIndex({ slice: store.get().slices[native], point: [0, 0] });
  return Math.max(0, Math.min(scan.volume.size[2] - 1, Math.round(index[2])));
}

/** The voxel under the crosshair; undefined outside the scan. */
export function crosshairVoxel(viewer: Viewer): Vec3 | undefined {
  const { scan } = viewer;
  const world = scan?.whole ? viewer.crosshairWorld() : undefined;
  return world && scan?.probe(world)?.index;
}

let timer: number | undefined;

/** Outlines a lesion for a moment. */
export function highlight(viewer: Viewer, lesion: Highlighted): void {
  window.clearTimeout(timer);
  viewer.store.set({ highlighted: lesion });
  timer = window.setTimeout(() => viewer.store.set({ highlighted: undefined }), HIGHLIGHT);
}
