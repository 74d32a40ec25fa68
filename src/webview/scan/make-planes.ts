/** The three planes of a volume, on `core/reformat`'s mapping of pixels to voxels. */
import { indexToWorld, worldToIndex } from '../../core/geometry';
import { type DisplayPlane, displayPlane, planeImage } from '../../core/reformat';
import type { Volume } from '../../core/volume';
import { type PerPlane, PLANES, type Plane } from '../state/view-state';
import type { Drawing } from './drawing';
import { planeLabels } from './label-image';
import type { LabelVolume } from './labels';
import type { PlaneView } from './planes';

/** Label images that a plane keeps, for going back and forth. */
const KEPT_LABELS = 8;

/** All three planes; cheap, the images are made when they are looked at. */
export function makePlanes(volume: Volume, drawing: Drawing, labels: LabelVolume): PerPlane<PlaneView> {
  const make = (plane: Plane): PlaneView => makePlane(volume, displayPlane(volume, plane), drawing, labels);
  const [axial, coronal, sagittal] = PLANES;
  return { axial: make(axial), coronal: make(coronal), sagittal: make(sagittal) };
}

function makePlane(volume: Volume, plane: DisplayPlane, drawing: Drawing, labels: LabelVolume): PlaneView {
  const { columnSpacing, rowSpacing, width, height } = plane;
  const images = new Map<number, Uint8Array | undefined>();
  let version = labels.version;
  return {
    plane: plane.name,
    width,
    height,
    spacing: [columnSpacing, rowSpacing],
    letters: plane.edges,
    native: plane.stackAxis === 2,
    stack: {
      count: plane.count,
      width,
      height,
      spacing: [columnSpacing, rowSpacing],
      float: drawing.float,
      usefulRange: () => drawing.usefulRange(),
      image: (n) => drawing.image(planeImage(volume, plane, n).pixels, width, height),
    },
    toWorld: ({ slice, point }) =>
      indexToWorld(volume, plane.toIndex(point[0] / columnSpacing, point[1] / rowSpacing, slice)),
    toPlane: (world) => {
      const [x, y, slice] = plane.fromIndex(worldToIndex(volume, world));
      return { slice, point: [x * columnSpacing, y * rowSpacing] };
    },
    labels: (slice) => {
      if (version !== labels.version) {
        images.clear();
        version = labels.version;
      }
      if (!images.has(slice)) {
        const oldest = images.keys().next();
        if (images.size >= KEPT_LABELS && !oldest.done) images.delete(oldest.value);
        images.set(slice, planeLabels(plane, labels, slice));
      }
      return images.get(slice);
    },
  };
}
