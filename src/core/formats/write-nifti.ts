/**
 * Volumes as NIfTI: one file, little-endian, voxels at the same places in the world.
 * Format: nifti1.h and nifti2.h of nifti.nimh.nih.gov.
 */
import { type Affine, affineColumn, affineOf, flipXY } from '../geometry';
import { toValues } from '../hounsfield';
import { addScaled, cross, dot, norm, normalize, scale, subtract } from '../vec3';
import type { Vec3, Volume, VoxelArray } from '../volume';
import { datatypeNamed } from './nifti-datatypes';

/** An image to write. */
export interface NiftiImage {
  /** i fastest, then j, then k. */
  readonly voxels: VoxelArray;
  readonly size: Vec3;
  /** Index to world, LPS mm. */
  readonly affine: Affine;
  /** value = voxel * slope + intercept; 1 and 0 if left out. NIfTI-1 keeps them in single precision. */
  readonly slope?: number;
  readonly intercept?: number;
}

/** Largest dimension of NIfTI-1 (a 16-bit integer). */
const NIFTI1_LARGEST = 32767;

/** Cosine between axes above which a rotation no longer describes them. */
const PERPENDICULAR = 1e-4;

/**
 * A volume as the bytes of a .nii file. Every value (HU) is kept exactly, integers as integers where
 * that is possible (`toValues`), and every voxel is where it was. NIfTI-2 where a dimension is above
 * 32767. One affine cannot say where unevenly spaced slices are: of those the first and the last are
 * in place and the others as far off as `affineError` says.
 */
export function volumeToNifti(volume: Volume): Uint8Array<ArrayBuffer> {
  const scaled = toValues({ ...volume, voxels: integers64(volume) });
  return encodeNifti({ ...scaled, size: volume.size, affine: affineOf(volume) });
}

/** Largest distance, mm, between where a slice is and where the volume's one affine puts it; 0 for regular volumes. */
export function affineError(volume: Pick<Volume, 'slices' | 'direction' | 'spacing' | 'regular'>): number {
  if (volume.regular) return 0;
  const affine = affineOf(volume);
  const [step, origin] = [affineColumn(affine, 2), affineColumn(affine, 3)];
  const errors = volume.slices.map(({ position }, k) => norm(subtract(position, addScaled(origin, step, k))));
  return Math.max(...errors);
}

/** 64-bit integers that were read as doubles become integers again. */
function integers64({ voxels, storedType }: Volume): VoxelArray {
  if (!(voxels instanceof Float64Array)) return voxels;
  if (storedType === 'int64') return BigInt64Array.from(voxels, BigInt);
  if (storedType === 'uint64') return BigUint64Array.from(voxels, BigInt);
  return voxels;
}

/**
 * The bytes of a .nii file. The affine is the sform; the qform repeats it unless it is sheared.
 * @throws RangeError if the number of voxels and the size disagree.
 */
export function encodeNifti(image: NiftiImage): Uint8Array<ArrayBuffer> {
  const { voxels, size } = image;
  if (voxels.length !== size[0] * size[1] * size[2])
    throw new RangeError(`${voxels.length} voxels do not make ${size.join(' x ')}.`);
  const header = size.some((count) => count > NIFTI1_LARGEST) ? nifti2Header(image) : nifti1Header(image);
  const bytes = new Uint8Array(header.length + voxels.byteLength);
  bytes.set(header);
  // Typed arrays are little-endian on every platform that VS Code runs on.
  bytes.set(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength), header.length);
  return bytes;
}

function datatypeOf(voxels: VoxelArray): { code: number; bits: number } {
  const name = voxels.constructor.name.replace('Array', '').replace('Big', '').toLowerCase();
  const type = datatypeNamed(name);
  if (!type) throw new RangeError(`NIfTI has no voxel type for ${voxels.constructor.name}.`);
  return { code: type.code, bits: 8 * type.bytes };
}

const MILLIMETRES = 2;
/** Code of an affine in the scanner's coordinates. */
const SCANNER = 1;

function nifti1Header(image: NiftiImage): Uint8Array {
  const view = new DataView(new ArrayBuffer(352));
  const { code, bits } = datatypeOf(image.voxels);
  const { rows, qform, zooms } = forms(image.affine);
  view.setInt32(0, 348, true);
  [3, ...image.size, 1, 1, 1, 1].forEach((count, n) => {
    view.setInt16(40 + 2 * n, count, true);
  });
  view.setInt16(70, code, true);
  view.setInt16(72, bits, true);
  [qform.qfac, ...zooms].forEach((mm, n) => {
    view.setFloat32(76 + 4 * n, mm, true);
  });
  view.setFloat32(108, 352, true);
  view.setFloat32(112, image.slope ?? 1, true);
  view.setFloat32(116, image.intercept ?? 0, true);
  view.setUint8(123, MILLIMETRES);
  view.setInt16(252, qform.code, true);
  view.setInt16(254, SCANNER, true);
  [...qform.quaternion, ...qform.offset, ...rows].forEach((value, n) => {
    view.setFloat32(256 + 4 * n, value, true);
  });
  const bytes = new Uint8Array(view.buffer);
  bytes.set([0x6e, 0x2b, 0x31, 0], 344); // "n+1"
  return bytes;
}

function nifti2Header(image: NiftiImage): Uint8Array {
  const view = new DataView(new ArrayBuffer(544));
  const { code, bits } = datatypeOf(image.voxels);
  const { rows, qform, zooms } = forms(image.affine);
  view.setInt32(0, 540, true);
  view.setInt16(12, code, true);
  view.setInt16(14, bits, true);
  [3, ...image.size, 1, 1, 1, 1].forEach((count, n) => {
    view.setBigInt64(16 + 8 * n, BigInt(count), true);
  });
  [qform.qfac, ...zooms].forEach((mm, n) => {
    view.setFloat64(104 + 8 * n, mm, true);
  });
  view.setBigInt64(168, 544n, true);
  view.setFloat64(176, image.slope ?? 1, true);
  view.setFloat64(184, image.intercept ?? 0, true);
  view.setInt32(344, qform.code, true);
  view.setInt32(348, SCANNER, true);
  [...qform.quaternion, ...qform.offset, ...rows].forEach((value, n) => {
    view.setFloat64(352 + 8 * n, value, true);
  });
  view.setInt32(500, MILLIMETRES, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set([0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a], 4); // "n+2", then what breaks in text transfers
  return bytes;
}

interface Qform {
  readonly code: number;
  readonly qfac: 1 | -1;
  /** b, c, d. */
  readonly quaternion: Vec3;
  readonly offset: Vec3;
}

/** sform rows (12 numbers), qform and pixdim of an LPS affine, all RAS. */
function forms(lps: Affine): { rows: readonly number[]; qform: Qform; zooms: Vec3 } {
  const ras = flipXY(lps);
  const columns = [affineColumn(ras, 0), affineColumn(ras, 1), affineColumn(ras, 2)] as const;
  const zooms: Vec3 = [norm(columns[0]), norm(columns[1]), norm(columns[2])];
  return { rows: ras.slice(0, 12), qform: qformOf(columns, affineColumn(ras, 3)), zooms };
}

function qformOf(columns: readonly [Vec3, Vec3, Vec3], offset: Vec3): Qform {
  const x = normalize(columns[0]);
  const y = normalize(columns[1]);
  const stored = normalize(columns[2]);
  const sheared = [dot(x, y), dot(y, stored), dot(x, stored)].some((cosine) => Math.abs(cosine) > PERPENDICULAR);
  // A rotation cannot hold shear: better no qform than one that disagrees.
  if (sheared) return { code: 0, qfac: 1, quaternion: [0, 0, 0], offset: [0, 0, 0] };
  const qfac = dot(cross(x, y), stored) < 0 ? -1 : 1;
  return { code: SCANNER, qfac, quaternion: quaternionOf(x, y, scale(stored, qfac)), offset };
}

/** b, c, d of the rotation with these columns, a being positive (S. W. Shepperd, 1978: divide by the largest). */
function quaternionOf(x: Vec3, y: Vec3, z: Vec3): Vec3 {
  const squares = [
    1 + x[0] + y[1] + z[2], // 4 a^2
    1 + x[0] - y[1] - z[2],
    1 - x[0] + y[1] - z[2],
    1 - x[0] - y[1] + z[2],
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const [cx, cy, cz] = [y[2] - z[1], z[0] - x[2], x[1] - y[0]];
  const [xy, xz, yz] = [y[0] + x[1], z[0] + x[2], z[1] + y[2]];
  const [a, b, c, d] = (
    [
      [squares[0], cx, cy, cz],
      [cx, squares[1], xy, xz],
      [cy, xy, squares[2], yz],
      [cz, xz, yz, squares[3]],
    ] as [number, number, number, number][]
  )[largest] ?? [1, 0, 0, 0];
  const length = Math.hypot(a, b, c, d) * (a < 0 ? -1 : 1);
  return [b / length, c / length, d / length];
}
