/** The three planes of a volume, on `core/reformat`'s mapping of pixels to voxels. */
import { indexToWorld, worldToIndex } from '../../core/geometry';
import { type DisplayPlane, displayPlane, planeImage } from '../../core/reformat';
import type { Volume } from '../../core/volume';
import type { PageMask } from '../edit/page-mask';
import { type PerPlane, PLANES, type Plane } from '../state/view-state';
import type { ImageStack } from '../viewports/picture';
import type { Drawing } from './drawing';
import { PlaneLabels } from './label-image';
import type { PlaneView } from './planes';

/** The masks that are drawn over the planes. */
export interface PlaneMasks {
  readonly labels: PageMask;
  readonly preview: PageMask;
  readonly proposed: PageMask;
}

/** All three planes; cheap, the images are made when they are looked at. */
export function makePlanes(volume: Volume, drawing: Drawing, masks: PlaneMasks): PerPlane<PlaneView> {
  const make = (plane: Plane): PlaneView => makePlane(volume, displayPlane(volume, plane), drawing, masks);
  const [axial, coronal, sagittal] = PLANES;
  return { axial: make(axial), coronal: make(coronal), sagittal: make(sagittal) };
}

function makePlane(volume: Volume, plane: DisplayPlane, drawing: Drawing, masks: PlaneMasks): PlaneView {
  const { columnSpacing, rowSpacing, width, height } = plane;
  const imagesOf = (labels: PageMask): PlaneLabels => {
    const images = new PlaneLabels(plane, labels);
    labels.watch((boxes) => images.changed(boxes));
    return images;
  };
  const stackOf = (linear: boolean): ImageStack => ({
    count: plane.count,
    width,
    height,
    spacing: [columnSpacing, rowSpacing],
    float: drawing.float,
    usefulRange: () => drawing.usefulRange(),
    image: (n) => drawing.image(planeImage(volume, plane, n, linear).pixels, width, height),
  });
  const stack = stackOf(true);
  const labels = imagesOf(masks.labels);
  const preview = imagesOf(masks.preview);
  const proposed = imagesOf(masks.proposed);
  return {
    plane: plane.name,
    width,
    height,
    spacing: [columnSpacing, rowSpacing],
    letters: plane.edges,
    native: plane.stackAxis === 2,
    axis: plane.stackAxis,
    mapping: plane,
    stack,
    nearest: plane.exact ? stack : stackOf(false),
    toWorld: ({ slice, point }) =>
      indexToWorld(volume, plane.toIndex(point[0] / columnSpacing, point[1] / rowSpacing, slice)),
    toPlane: (world) => {
      const [x, y, slice] = plane.fromIndex(worldToIndex(volume, world));
      return { slice, point: [x * columnSpacing, y * rowSpacing] };
    },
    toIndex: ({ slice, point }) => plane.toIndex(point[0] / columnSpacing, point[1] / rowSpacing, slice),
    fromIndex: (index) => {
      const [x, y, slice] = plane.fromIndex(index);
      return { slice, point: [x * columnSpacing, y * rowSpacing] };
    },
    labels: (slice) => labels.image(slice),
    preview: (slice) => preview.image(slice),
    proposed: (slice) => proposed.image(slice),
  };
}
