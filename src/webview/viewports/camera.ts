/**
 * Which part of a plane a pane shows.
 *
 * Plane coordinates are mm: u to the right of the screen, v downwards, (0, 0) at the centre of the
 * plane's first pixel. The part is kept relative to the fitted view, so that it survives a resize.
 */
export type Point = readonly [number, number];

/** What is kept of a view: zoom 1 shows the whole plane; pan is mm from the plane's centre to the pane's. */
export interface ViewPart {
  readonly zoom: number;
  readonly pan: Point;
}

export const WHOLE: ViewPart = { zoom: 1, pan: [0, 0] };

/** Smallest and largest zoom, as a factor of the fitted view. */
const ZOOM_RANGE = [0.5, 40] as const;

/** Size of a plane: pixels and mm per pixel, along u and v. */
export interface PlaneExtent {
  readonly width: number;
  readonly height: number;
  readonly spacing: Point;
}

/** A view that is ready to draw with: centre in plane mm, mm per CSS pixel, size of the pane in CSS pixels. */
export interface Camera {
  readonly center: Point;
  readonly scale: number;
  readonly size: Point;
}

/** The camera of a pane of the given size (CSS pixels, above 0). */
export function cameraOf(part: ViewPart, plane: PlaneExtent, size: Point): Camera {
  const [du, dv] = plane.spacing;
  const fit = Math.max((plane.width * du) / size[0], (plane.height * dv) / size[1]);
  return {
    center: [((plane.width - 1) / 2) * du + part.pan[0], ((plane.height - 1) / 2) * dv + part.pan[1]],
    scale: fit / part.zoom,
    size,
  };
}

/** CSS pixels (from the pane's top left corner) of a point in plane mm. */
export function toScreen(camera: Camera, [u, v]: Point): Point {
  return [
    (u - camera.center[0]) / camera.scale + camera.size[0] / 2,
    (v - camera.center[1]) / camera.scale + camera.size[1] / 2,
  ];
}

/** Plane mm of a point in CSS pixels. */
export function toPlane(camera: Camera, [x, y]: Point): Point {
  return [
    (x - camera.size[0] / 2) * camera.scale + camera.center[0],
    (y - camera.size[1] / 2) * camera.scale + camera.center[1],
  ];
}

/** The view zoomed by a factor, with the plane's point under `anchor` (CSS pixels) staying where it is. */
export function zoomed(part: ViewPart, plane: PlaneExtent, size: Point, factor: number, anchor: Point): ViewPart {
  const zoom = Math.min(ZOOM_RANGE[1], Math.max(ZOOM_RANGE[0], part.zoom * factor));
  const before = toPlane(cameraOf(part, plane, size), anchor);
  const after = toPlane(cameraOf({ zoom, pan: part.pan }, plane, size), anchor);
  return { zoom, pan: [part.pan[0] + before[0] - after[0], part.pan[1] + before[1] - after[1]] };
}

/** The view moved with the pointer by CSS pixels; the pane's centre never leaves the plane. */
export function panned(part: ViewPart, plane: PlaneExtent, size: Point, delta: Point): ViewPart {
  const { scale } = cameraOf(part, plane, size);
  const limit = (value: number, half: number): number => Math.max(-half, Math.min(half, value));
  return {
    zoom: part.zoom,
    pan: [
      limit(part.pan[0] - delta[0] * scale, (plane.width * plane.spacing[0]) / 2),
      limit(part.pan[1] - delta[1] * scale, (plane.height * plane.spacing[1]) / 2),
    ],
  };
}
