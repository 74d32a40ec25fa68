/** Writing NIfTI-1 (nifti1.h of the NIfTI data format working group): one file, little-endian. */
import { type Affine, affineColumn, flipXY } from '../geometry';
import { cross, dot, norm, normalize } from '../vec3';
import { ScanError, type Vec3, type VoxelArray } from '../volume';

export interface NiftiImage {
  /** i fastest, then j, then k. */
  readonly voxels: VoxelArray;
  readonly size: Vec3;
  /** Index to world, LPS mm. */
  readonly affine: Affine;
  /** value = voxel * slope + intercept; 1 and 0 by default. Stored in single precision. */
  readonly slope?: number;
  readonly intercept?: number;
}

const HEADER = 348;
/** Header and the four bytes that say that no extension follows. */
const DATA = 352;

/** [datatype, bits] of nifti1.h by the voxels' array. */
function datatypeOf(voxels: VoxelArray): readonly [number, number] {
  if (voxels instanceof Uint8Array) return [2, 8];
  if (voxels instanceof Int16Array) return [4, 16];
  if (voxels instanceof Int32Array) return [8, 32];
  if (voxels instanceof Float32Array) return [16, 32];
  if (voxels instanceof Float64Array) return [64, 64];
  if (voxels instanceof Int8Array) return [256, 8];
  if (voxels instanceof Uint16Array) return [512, 16];
  if (voxels instanceof Uint32Array) return [768, 32];
  if (voxels instanceof BigInt64Array) return [1024, 64];
  return [1280, 64];
}

/**
 * The bytes of a .nii file; voxels are written as they are (all machines that Hemorica is built for
 * are little-endian). The affine is the sform; the qform repeats it where it has no shear.
 * Throws ScanError for sizes that NIfTI-1 cannot hold.
 */
export function encodeNifti({ voxels, size, affine, slope = 1, intercept = 0 }: NiftiImage): Uint8Array {
  if (size.some((count) => count > 32_767)) {
    throw new ScanError(
      'the output',
      `${size.join(' x ')} voxels are more than NIfTI-1 can hold.`,
      'Convert a part of it.',
    );
  }
  const bytes = new Uint8Array(DATA + voxels.byteLength);
  const view = new DataView(bytes.buffer);
  const [datatype, bits] = datatypeOf(voxels);
  const ras = flipXY(affine);
  const columns = [affineColumn(ras, 0), affineColumn(ras, 1), affineColumn(ras, 2)] as const;
  view.setInt32(0, HEADER, true);
  [3, ...size, 1, 1, 1, 1].forEach((count, n) => view.setInt16(40 + 2 * n, count, true));
  view.setInt16(70, datatype, true);
  view.setInt16(72, bits, true);
  view.setFloat32(108, DATA, true);
  view.setFloat32(112, slope, true);
  view.setFloat32(116, intercept, true);
  // Millimetres.
  view.setUint8(123, 2);
  const quaternion = quaternionOf(columns);
  [quaternion?.handedness ?? 1, ...columns.map(norm), 0, 0, 0, 0].forEach((value, n) =>
    view.setFloat32(76 + 4 * n, value, true),
  );
  // 1: coordinates of the scanner.
  view.setInt16(252, quaternion ? 1 : 0, true);
  view.setInt16(254, 1, true);
  const origin = affineColumn(ras, 3);
  [...(quaternion?.vector ?? [0, 0, 0]), ...origin].forEach((value, n) => view.setFloat32(256 + 4 * n, value, true));
  ras.slice(0, 12).forEach((value, n) => view.setFloat32(280 + 4 * n, value, true));
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  bytes.set(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength), DATA);
  return bytes;
}

/** Unit quaternion's (b, c, d) and the sign of the third axis (qfac); undefined for axes that are not perpendicular. */
function quaternionOf(columns: readonly [Vec3, Vec3, Vec3]): { vector: Vec3; handedness: 1 | -1 } | undefined {
  const [x, y, z] = [normalize(columns[0]), normalize(columns[1]), normalize(columns[2])];
  if (Math.max(Math.abs(dot(x, y)), Math.abs(dot(y, z)), Math.abs(dot(x, z))) > 1e-5) return undefined;
  const handedness = dot(cross(x, y), z) < 0 ? -1 : 1;
  const [r11, r21, r31] = x;
  const [r12, r22, r32] = y;
  const [r13, r23, r33] = [z[0] * handedness, z[1] * handedness, z[2] * handedness];
  // The largest of the four components is found first: dividing by it keeps the accuracy (nifti_mat44_to_quatern).
  const squares = [1 + r11 + r22 + r33, 1 + r11 - r22 - r33, 1 - r11 + r22 - r33, 1 - r11 - r22 + r33];
  const largest = squares.indexOf(Math.max(...squares));
  const s = Math.sqrt(squares[largest] ?? 1) * 2;
  const [a, b, c, d] = [
    [s / 4, (r32 - r23) / s, (r13 - r31) / s, (r21 - r12) / s],
    [(r32 - r23) / s, s / 4, (r12 + r21) / s, (r13 + r31) / s],
    [(r13 - r31) / s, (r12 + r21) / s, s / 4, (r23 + r32) / s],
    [(r21 - r12) / s, (r13 + r31) / s, (r23 + r32) / s, s / 4],
  ][largest] as [number, number, number, number];
  const sign = a < 0 ? -1 : 1;
  return { vector: [b * sign, c * sign, d * sign], handedness };
}
