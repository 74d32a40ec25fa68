/**
 * Axial, coronal and sagittal images of a volume, however it is stored.
 *
 * Radiological convention, always: in axial images the patient's right is on the left and the front
 * on top; in coronal images the right is on the left and the head on top; in sagittal images the
 * front is on the left and the head on top. Image pixels are in this order in memory, so that a
 * viewer never flips or turns anything. Images are numbered from the feet to the head, from front
 * to back, and from right to left.
 *
 * A volume's own slices are shown as they are (no copy where they are stored in display order). The
 * two other planes of a tilted, sheared or unevenly spaced volume are taken on a regular grid along
 * the slices' normal (`regularFrame`), so that they are neither sheared nor stretched.
 */
import { type Frame, isOrthogonal, regularFrame, storedFrame } from './frame';
import { directionLetters, indexToWorld } from './geometry';
import { sameKind, sampleRun } from './sample';
import { negate } from './vec3';
import type { Vec3, Volume, VoxelArray } from './volume';

export type PlaneName = 'axial' | 'coronal' | 'sagittal';

type Axis = 0 | 1 | 2;

/** How one plane of a volume is shown. A pixel is (x, y, n): x to the right, y down, n the number of the image. */
export interface DisplayPlane {
  readonly name: PlaneName;
  /** Images in the stack. */
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** mm between columns (along x), rows (along y) and images. */
  readonly columnSpacing: number;
  readonly rowSpacing: number;
  readonly imageSpacing: number;
  /** Unit LPS vector to the right (increasing x), DICOM's row cosines. */
  readonly rowDirection: Vec3;
  /** Unit LPS vector down (increasing y), DICOM's column cosines. */
  readonly columnDirection: Vec3;
  /** Unit LPS vector of increasing image number. */
  readonly stackDirection: Vec3;
  /** Anatomical letters for the four edges. */
  readonly edges: { readonly left: string; readonly right: string; readonly top: string; readonly bottom: string };
  /** Volume axis (0 i, 1 j, 2 k) along which the images are stacked. */
  readonly stackAxis: Axis;
  /** True if every pixel is a voxel: nothing is interpolated. */
  readonly exact: boolean;
  /** Volume index of a pixel; whole numbers give whole numbers where `exact`. */
  toIndex(x: number, y: number, n: number): Vec3;
  /** Pixel (x, y, n) of a volume index: the inverse. */
  fromIndex(index: Vec3): Vec3;
}

/** One image of a plane. */
export interface PlaneImage {
  readonly width: number;
  readonly height: number;
  /** Raw values in the volume's own type, row by row; value = raw * slope + intercept. */
  readonly pixels: VoxelArray;
  /** True if `pixels` is a view of the volume's voxels and not a copy. */
  readonly shared: boolean;
  /** LPS mm of the centre of pixel (0, 0). */
  readonly position: Vec3;
}

/** Where x, y and n point to: the LPS axis and its sign. */
const WANTED: Readonly<Record<PlaneName, readonly { readonly world: Axis; readonly sign: 1 | -1 }[]>> = {
  axial: [
    { world: 0, sign: 1 },
    { world: 1, sign: 1 },
    { world: 2, sign: 1 },
  ],
  coronal: [
    { world: 0, sign: 1 },
    { world: 2, sign: -1 },
    { world: 1, sign: 1 },
  ],
  sagittal: [
    { world: 1, sign: 1 },
    { world: 2, sign: -1 },
    { world: 0, sign: 1 },
  ],
};

/** How the plane of that name is taken from the volume; cheap, touches no voxels. */
export function displayPlane(volume: Volume, name: PlaneName): DisplayPlane {
  const wanted = WANTED[name];
  const axisOf = assignAxes([volume.direction[0], volume.direction[1], volume.normal]);
  const axes = wanted.map(({ world }) => axisOf[world]) as [Axis, Axis, Axis];
  const [u, v, w] = axes;
  const frame = w === 2 ? storedFrame(volume) : uprightFrame(volume);
  const flipped = wanted.map(({ world, sign }, n) => frame.direction[axes[n] ?? 0][world] * sign < 0);
  const directions = axes.map((axis, n) => (flipped[n] ? negate(frame.direction[axis]) : frame.direction[axis]));
  const [right, down, along] = directions as [Vec3, Vec3, Vec3];

  const turned = (pixel: number, n: number): number => (flipped[n] ? frame.size[axes[n] ?? 0] - 1 - pixel : pixel);
  return {
    name,
    count: frame.size[w],
    width: frame.size[u],
    height: frame.size[v],
    columnSpacing: frame.spacing[u],
    rowSpacing: frame.spacing[v],
    imageSpacing: frame.spacing[w],
    rowDirection: right,
    columnDirection: down,
    stackDirection: along,
    edges: {
      left: directionLetters(negate(right)),
      right: directionLetters(right),
      top: directionLetters(negate(down)),
      bottom: directionLetters(down),
    },
    stackAxis: w,
    exact: frame.stored,
    toIndex(x, y, n) {
      const point: [number, number, number] = [0, 0, 0];
      point[u] = turned(x, 0);
      point[v] = turned(y, 1);
      point[w] = turned(n, 2);
      return frame.toIndex(point);
    },
    fromIndex(index) {
      const point = frame.fromIndex(index);
      return [turned(point[u], 0), turned(point[v], 1), turned(point[w], 2)];
    },
  };
}

/**
 * Whether the view counts the volume's own slices from the last one: image n of their plane is then
 * slice size[2] - 1 - n.
 */
export function countsFromLast({ direction, normal }: Pick<Volume, 'direction' | 'normal'>): boolean {
  const world = assignAxes([direction[0], direction[1], normal]).indexOf(2);
  return (normal[world] ?? 0) < 0;
}

/**
 * Image n of a plane.
 * @param plane From `displayPlane` of the same volume.
 * @param linear Interpolate where pixels lie between voxels; otherwise the nearest voxel.
 * @throws RangeError if there is no image n.
 */
export function planeImage(volume: Volume, plane: DisplayPlane, n: number, linear = true): PlaneImage {
  if (!Number.isInteger(n) || n < 0 || n >= plane.count)
    throw new RangeError(`There is no ${plane.name} image ${n} (0 to ${plane.count - 1}).`);
  const { width, height } = plane;
  const position = indexToWorld(volume, plane.toIndex(0, 0, n));
  if (!plane.exact) return { width, height, pixels: resampled(volume, plane, n, linear), shared: false, position };

  const [nx, ny] = volume.size;
  const offset = ([i, j, k]: Vec3): number => i + nx * (j + ny * k);
  const start = offset(plane.toIndex(0, 0, n));
  const xStep = offset(plane.toIndex(1, 0, n)) - start;
  const yStep = offset(plane.toIndex(0, 1, n)) - start;
  if (xStep === 1 && (yStep === width || height === 1)) {
    const pixels = volume.voxels.subarray(start, start + width * height);
    return { width, height, pixels, shared: true, position };
  }
  const pixels = sameKind(volume.voxels, width * height);
  const source = volume.voxels as Float64Array;
  const target = pixels as Float64Array;
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, from = start + y * yStep; x < width; x++, to++, from += xStep) target[to] = source[from] as number;
  return { width, height, pixels, shared: false, position };
}

/** On a regular grid, the slice axis is one of the image's two: each run along the other stays within one k. */
function resampled(volume: Volume, plane: DisplayPlane, n: number, linear: boolean): VoxelArray {
  const { width, height } = plane;
  const pixels = sameKind(volume.voxels, width * height);
  const origin = plane.toIndex(0, 0, n);
  const rowsAlongK = Math.abs(plane.toIndex(0, 1, n)[2] - origin[2]) > Math.abs(plane.toIndex(1, 0, n)[2] - origin[2]);
  const runs = rowsAlongK ? height : width;
  for (let r = 0; r < runs; r++) {
    const start = rowsAlongK ? plane.toIndex(0, r, n) : plane.toIndex(r, 0, n);
    const next = rowsAlongK ? plane.toIndex(1, r, n) : plane.toIndex(r, 1, n);
    sampleRun(
      volume,
      {
        count: rowsAlongK ? width : height,
        start,
        step: [next[0] - start[0], next[1] - start[1]],
        target: pixels,
        targetStart: rowsAlongK ? r * width : r,
        targetStep: rowsAlongK ? 1 : width,
      },
      linear,
    );
  }
  return pixels;
}

/** Points along one side of an image that anything can still show. */
const LARGEST_SIDE = 4096;

/** The grid for planes across the slices. One that a nonsensical affine or position would blow up beyond use is not taken. */
function uprightFrame(volume: Volume): Frame {
  const stored = storedFrame(volume);
  if (isOrthogonal(volume)) return stored;
  const regular = regularFrame(volume, rowStep(volume));
  const fits = ([0, 1] as const).every((axis) => regular.size[axis] <= Math.max(LARGEST_SIDE, 2 * stored.size[axis]));
  return fits ? regular : stored;
}

/** mm between rows along the normal: as fine as the closest slices, but no finer than the pixels. */
function rowStep({ slices, spacing, regular }: Volume): number {
  if (regular) return spacing[2];
  const gaps = slices.slice(1).map(({ location }, k) => location - (slices[k]?.location ?? 0));
  const height = gaps.reduce((sum, gap) => sum + gap, 0);
  return Math.max(Math.min(...gaps), Math.min(spacing[0], spacing[1]), height / LARGEST_SIDE);
}

/** For each LPS axis the volume axis that runs along it: the assignment with the largest sum of cosines. */
function assignAxes(direction: readonly [Vec3, Vec3, Vec3]): readonly [Axis, Axis, Axis] {
  const orders: readonly (readonly [Axis, Axis, Axis])[] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const agreement = (order: readonly [Axis, Axis, Axis]): number =>
    ([0, 1, 2] as const).reduce<number>((sum, world) => sum + Math.abs(direction[order[world]][world]), 0);
  return orders.reduce((best, order) => (agreement(order) > agreement(best) + 1e-9 ? order : best));
}
