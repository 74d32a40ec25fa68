/**
 * Voxel bytes, as they come in, into one typed array.
 *
 * nifti-reader-js would return a slice of an inflated copy of the whole file, in the file's byte
 * order; here the bytes go straight to their place, so that a scan never exists twice in memory,
 * and each slice can be shown as soon as its last byte is there.
 */
import type { VoxelArray } from '../volume';
import type { NiftiDatatype } from './nifti-datatypes';

export interface VoxelWriter {
  /** Takes the next bytes of the volume, at most as many as are missing. */
  write(bytes: Uint8Array): void;
  /** Voxels complete so far. */
  readonly done: number;
  /** A copy of the first voxels, of which at least `count` are complete, in the type known so far. */
  copy(count: number): VoxelArray;
  /** The array that is being filled, shorter than the volume while it grows; undefined where its type may still change. */
  readonly filling: VoxelArray | undefined;
  /** The whole volume; the writer must not be used afterwards. */
  finish(): VoxelArray;
}

/**
 * @param count Voxels of the volume.
 * @param trusted Bytes that may be allocated at once; beyond that the array grows as bytes come in.
 */
export function voxelWriter(type: NiftiDatatype, littleEndian: boolean, count: number, trusted: number): VoxelWriter {
  return type.name === 'int64' || type.name === 'uint64'
    ? new Integer64Writer(type.name === 'int64', littleEndian, count, trusted)
    : new PlainWriter(type, littleEndian, count, trusted);
}

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const NATIVE_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Types that JavaScript has: bytes are copied to their place and swapped there where the order differs. */
class PlainWriter implements VoxelWriter {
  readonly #type: NiftiDatatype;
  readonly #swap: boolean;
  readonly #length: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;
  #swapped = 0;

  constructor(type: NiftiDatatype, littleEndian: boolean, count: number, trusted: number) {
    this.#type = type;
    this.#swap = type.bytes > 1 && littleEndian !== NATIVE_LITTLE_ENDIAN;
    this.#length = count * type.bytes;
    this.#bytes = new Uint8Array(Math.min(this.#length, trusted));
  }

  get done(): number {
    return Math.floor(this.#filled / this.#type.bytes);
  }

  write(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length;
    if (needed > this.#bytes.length) {
      // Doubling keeps the peak at one and a half times the volume.
      const larger = new Uint8Array(Math.min(this.#length, Math.max(needed, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#filled);
    this.#filled = needed;
    if (this.#swap) {
      const end = this.done * this.#type.bytes;
      swapBytes(this.#bytes.buffer, this.#swapped, end, this.#type.bytes);
      this.#swapped = end;
    }
  }

  copy(count: number): VoxelArray {
    return this.#view(this.#bytes.buffer.slice(0, count * this.#type.bytes));
  }

  get filling(): VoxelArray {
    return this.#view(this.#bytes.buffer);
  }

  finish(): VoxelArray {
    return this.#view(this.#bytes.buffer);
  }

  #view(buffer: ArrayBuffer): VoxelArray {
    return new ARRAYS[this.#type.name as keyof typeof ARRAYS](buffer);
  }
}

/** Reverses the bytes of each `width`-byte element between two byte offsets. */
function swapBytes(buffer: ArrayBuffer, from: number, to: number, width: number): void {
  if (width === 2) {
    const words = new Uint16Array(buffer, from, (to - from) / 2);
    for (let n = 0; n < words.length; n++) {
      const word = words[n] ?? 0;
      words[n] = (word << 8) | (word >> 8);
    }
    return;
  }
  const words = new Uint32Array(buffer, from, (to - from) / 4);
  const reversed = (word: number): number =>
    (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);
  if (width === 4) {
    for (let n = 0; n < words.length; n++) words[n] = reversed(words[n] ?? 0);
    return;
  }
  for (let n = 0; n < words.length; n += 2) {
    const first = words[n] ?? 0;
    words[n] = reversed(words[n + 1] ?? 0);
    words[n + 1] = reversed(first);
  }
}

type Wide =
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

/**
 * 64-bit integers, most often labels written by numpy: kept in the smallest of Int32Array,
 * Float64Array and BigInt64Array (BigUint64Array) that holds every value exactly, starting small.
 */
class Integer64Writer implements VoxelWriter {
  readonly #signed: boolean;
  readonly #littleEndian: boolean;
  readonly #count: number;
  readonly #partial = new Uint8Array(8);
  #partialLength = 0;
  #values: Wide;
  done = 0;
  readonly filling = undefined;

  constructor(signed: boolean, littleEndian: boolean, count: number, trusted: number) {
    this.#signed = signed;
    this.#littleEndian = littleEndian;
    this.#count = count;
    this.#values = new Int32Array(Math.min(count, Math.floor(trusted / 8)));
  }

  write(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.#partialLength > 0) {
      const taken = rest.subarray(0, 8 - this.#partialLength);
      this.#partial.set(taken, this.#partialLength);
      this.#partialLength += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#partialLength < 8) return;
      this.#partialLength = 0;
      this.#convert(this.#partial);
    }
    const whole = rest.length - (rest.length % 8);
    this.#convert(rest.subarray(0, whole));
    this.#partial.set(rest.subarray(whole));
    this.#partialLength = rest.length - whole;
  }

  #convert(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const added = bytes.length / 8;
    const needed = this.done + added;
    if (needed > this.#values.length) this.#grow(Math.min(this.#count, Math.max(needed, 2 * this.#values.length)));
    const [lowAt, highAt] = this.#littleEndian ? [0, 4] : [4, 0];
    for (let n = 0; n < added; n++) {
      const low = view.getUint32(8 * n + lowAt, this.#littleEndian);
      const high = this.#signed
        ? view.getInt32(8 * n + highAt, this.#littleEndian)
        : view.getUint32(8 * n + highAt, this.#littleEndian);
      this.#store(this.done + n, low, high);
    }
    this.done = needed;
  }

  #store(at: number, low: number, high: number): void {
    let values = this.#values;
    if (values instanceof Int32Array) {
      if (high === (low | 0) >> 31) {
        values[at] = low;
        return;
      }
      values = this.#widen(Float64Array.from(values));
    }
    // |value| below 2^53 is exact as a double.
    if (values instanceof Float64Array) {
      if (high >= -(2 ** 21) && high < 2 ** 21) {
        values[at] = high * 2 ** 32 + low;
        return;
      }
      const big = this.#signed ? new BigInt64Array(values.length) : new BigUint64Array(values.length);
      for (let n = 0; n < at; n++) big[n] = BigInt(values[n] ?? 0);
      values = this.#widen(big);
    }
    (values as BigInt64Array)[at] = (BigInt(high) << 32n) | BigInt(low);
  }

  #widen<T extends Wide>(values: T): T {
    this.#values = values;
    return values;
  }

  #grow(length: number): void {
    const old = this.#values;
    const larger = new (old.constructor as new (length: number) => Wide)(length);
    (larger as Int32Array).set(old as Int32Array);
    this.#values = larger;
  }

  copy(count: number): VoxelArray {
    return this.#values.slice(0, count);
  }

  finish(): VoxelArray {
    return this.#values;
  }
}
