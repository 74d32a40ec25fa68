/** Stored samples to voxels: bit masks, sign and byte order (DICOM PS3.5 chapter 8). */
import type { DecodedImage } from '../../codecs/codec';
import type { PixelFormat } from './header';

/** Voxel arrays that a DICOM image can need. */
export type FrameArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** The type that keeps every stored value of a format. */
export function voxelType(format: PixelFormat): { name: string; create: (length: number) => FrameArray } {
  const { bitsAllocated, signed, float } = format;
  if (float) return bitsAllocated === 64 ? types.float64 : types.float32;
  if (bitsAllocated === 8) return signed ? types.int8 : types.uint8;
  if (bitsAllocated === 16) return signed ? types.int16 : types.uint16;
  return signed ? types.int32 : types.uint32;
}

export const types = {
  int8: { name: 'int8', create: (length: number) => new Int8Array(length) },
  uint8: { name: 'uint8', create: (length: number) => new Uint8Array(length) },
  int16: { name: 'int16', create: (length: number) => new Int16Array(length) },
  uint16: { name: 'uint16', create: (length: number) => new Uint16Array(length) },
  int32: { name: 'int32', create: (length: number) => new Int32Array(length) },
  uint32: { name: 'uint32', create: (length: number) => new Uint32Array(length) },
  float32: { name: 'float32', create: (length: number) => new Float32Array(length) },
  float64: { name: 'float64', create: (length: number) => new Float64Array(length) },
} as const;

/**
 * Copies one uncompressed frame into `target`.
 * @param bytes the frame's bytes; at least target.length samples
 * @param words true if 8-bit samples are stored in big-endian 16-bit words, which swaps their bytes
 */
export function copyNative(
  bytes: Uint8Array,
  format: PixelFormat,
  bigEndian: boolean,
  words: boolean,
  target: FrameArray,
): void {
  const { length, BYTES_PER_ELEMENT: width } = target;
  const raw = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  raw.set(bytes.subarray(0, raw.length));
  // Platforms that run this are little-endian, as typed arrays and WebAssembly are everywhere today.
  if (bigEndian && width > 1) swap(raw, width);
  else if (bigEndian && words) swap(raw.subarray(0, raw.length & ~1), 2);
  if (!format.float) spread(target, target, length, format.bitsStored, format.highBit, format);
}

/** Copies a decoded image into `target`, with the header's meaning of its bits. */
export function copyDecoded(
  { samples, precision, signed }: DecodedImage,
  format: PixelFormat,
  target: FrameArray,
): void {
  if (signed) {
    target.set(samples);
    return;
  }
  // A stream that says nothing of sign holds the bits of the stored value, from its lowest bit on.
  const bits = Math.min(format.bitsStored, precision);
  spread(samples, target, target.length, bits, bits - 1, format);
}

/** Takes `bits` bits below and with `highBit` of each sample, sign-extended if the format is signed. */
function spread(
  from: FrameArray | DecodedImage['samples'],
  target: FrameArray,
  length: number,
  bits: number,
  highBit: number,
  { signed }: PixelFormat,
): void {
  const width = target.BYTES_PER_ELEMENT * 8;
  if (highBit === bits - 1 && bits >= width) {
    if (from !== target) copyBits(from, target);
    return;
  }
  const left = 31 - highBit;
  const right = 32 - bits;
  if (signed) for (let n = 0; n < length; n++) target[n] = ((from[n] ?? 0) << left) >> right;
  else for (let n = 0; n < length; n++) target[n] = ((from[n] ?? 0) << left) >>> right;
}

/** Copies whole samples. Where only the sign differs the bytes are the same, and moving those is several times as fast. */
function copyBits(from: FrameArray | DecodedImage['samples'], target: FrameArray): void {
  const float = [from, target].some((array) => array instanceof Float32Array || array instanceof Float64Array);
  if (!float && from.BYTES_PER_ELEMENT === target.BYTES_PER_ELEMENT && from.length === target.length)
    bytesOf(target).set(bytesOf(from));
  else target.set(from);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: FrameArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function swap(bytes: Uint8Array, width: number): void {
  for (let n = 0; n < bytes.length; n += width) bytes.subarray(n, n + width).reverse();
}
