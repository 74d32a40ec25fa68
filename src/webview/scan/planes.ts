/** The three planes of a scan as the panes need them. */
import type { Vec3 } from '../../core/volume';
import type { Plane } from '../state/view-state';
import type { PlaneExtent, Point } from '../viewports/camera';
import type { ImageStack } from '../viewports/picture';
import type { LabelImage, PixelMapping } from './label-image';

/** A point of a plane: slice (fractional, 0-based) and place in plane mm. */
export interface PlanePoint {
  readonly slice: number;
  readonly point: Point;
}

/** Letters at a pane's edges: where in the patient each edge lies. */
export interface EdgeLetters {
  readonly left: string;
  readonly right: string;
  readonly top: string;
  readonly bottom: string;
}

/** One of the planes: its images, and where they are in the patient. */
export interface PlaneView extends PlaneExtent {
  readonly plane: Plane;
  readonly letters: EdgeLetters;
  /** True for the plane that shows the volume's own slices: the one that masks are drawn and counted in. */
  readonly native: boolean;
  /** Axis of the volume (0 i, 1 j, 2 k) along which the slices are stacked. */
  readonly axis: 0 | 1 | 2;
  readonly stack: ImageStack;
  /** The same with the nearest voxel's value in every pixel; the very same stack where every pixel is a voxel. */
  readonly nearest: ImageStack;
  /** LPS mm. */
  toWorld(at: PlanePoint): Vec3;
  /** The plane's coordinates of an LPS point. */
  toPlane(world: Vec3): PlanePoint;
  /** Between pixels and voxels. */
  readonly mapping: PixelMapping;
  /** The (fractional) voxel index of a point; whole at pixel centres where every pixel is a voxel. */
  toIndex(at: PlanePoint): Vec3;
  /** The plane's coordinates of a (fractional) voxel index. */
  fromIndex(index: Vec3): PlanePoint;
  /** The label image of a slice; undefined where the scan has no label at all. */
  labels(slice: number): LabelImage | undefined;
  /** The same of what a proposed edit would change. */
  preview(slice: number): LabelImage | undefined;
  /** The same of what a model proposes. */
  proposed(slice: number): LabelImage | undefined;
}
