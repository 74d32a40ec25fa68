/** Keeps decoded slices so that the whole volume needs no second copy where its size is known beforehand. */
import type { FrameArray } from './samples';

/** Where one slice's voxels are. */
export interface StoredSlice {
  /** rows * columns voxels. */
  readonly voxels: FrameArray;
}

interface Slot {
  chunk: FrameArray;
  voxels: FrameArray;
}

interface VoxelKind {
  readonly name: string;
  readonly create: (length: number) => FrameArray;
}

/** Largest scan that is read; images that are larger are refused before they come here. */
const maxBlockBytes = 2 ** 31;

/**
 * Slices of one type and size lie one after the other in a block that holds all announced ones, and
 * are sorted there in place at the end. Any others get arrays of their own.
 */
export class SliceStore {
  /** How many slices are expected in all; 0 if unknown. May be set while slices arrive. */
  expected = 0;
  #kind: string | undefined;
  #length = 0;
  #chunk: FrameArray | undefined;
  #used = 0;
  #slots: Slot[] = [];

  /** Room for a slice of `length` voxels. */
  reserve(kind: VoxelKind, length: number): StoredSlice {
    this.#kind ??= kind.name;
    if (this.#length === 0) this.#length = length;
    if (this.#kind !== kind.name || this.#length !== length) return { voxels: kind.create(length) };
    if (this.#chunk === undefined || (this.#used + 1) * length > this.#chunk.length) this.#grow(kind);
    const chunk = this.#chunk as FrameArray;
    const slot = { chunk, voxels: chunk.subarray(this.#used * length, (this.#used + 1) * length) };
    this.#used++;
    this.#slots.push(slot);
    return slot;
  }

  /** Gives back the room of the slice that was reserved last, because it could not be decoded. */
  release(slice: StoredSlice): void {
    if (this.#slots.at(-1) !== slice) return;
    this.#slots.pop();
    this.#used--;
  }

  /**
   * All voxels of `slices`, in that order, in an array that fills its buffer. The store is used up.
   * The slices must be of one type and size.
   */
  collect(slices: readonly StoredSlice[], kind: VoxelKind): FrameArray {
    const length = slices[0]?.voxels.length ?? 0;
    const chunk = this.#chunk;
    if (
      chunk &&
      chunk.length === slices.length * length &&
      slices.every((slice) => 'chunk' in slice && slice.chunk === chunk)
    ) {
      permute(
        chunk,
        length,
        slices.map(({ voxels }) => (voxels.byteOffset - chunk.byteOffset) / voxels.byteLength),
      );
      return chunk;
    }
    const all = kind.create(slices.length * length);
    slices.forEach(({ voxels }, k) => {
      all.set(voxels, k * length);
    });
    return all;
  }

  #grow(kind: VoxelKind): void {
    // However many are announced: a block is no larger than any scan may be.
    const most = Math.floor(maxBlockBytes / (this.#length * bytesPerVoxel(kind)));
    const left = Math.min(most, Math.max(0, this.expected - this.#slots.length));
    // The first few slices, which came before the number was known, move to the block of all.
    const moves = this.#slots.length * 4 <= this.expected;
    const moved = moves ? this.#slots : [];
    const chunk = kind.create((moved.length + Math.max(1, left)) * this.#length);
    moved.forEach((slot, n) => {
      chunk.set(slot.voxels, n * this.#length);
      slot.chunk = chunk;
      slot.voxels = chunk.subarray(n * this.#length, (n + 1) * this.#length);
    });
    this.#chunk = chunk;
    this.#used = moved.length;
  }
}

/** Reorders equal parts of an array in place: part k becomes what was part order[k]. */
function permute(array: FrameArray, length: number, order: readonly number[]): void {
  const done = new Uint8Array(order.length);
  for (let start = 0; start < order.length; start++) {
    if (done[start] || order[start] === start) continue;
    const saved = array.slice(start * length, (start + 1) * length);
    for (let k = start; ; ) {
      done[k] = 1;
      const from = order[k] ?? k;
      if (from === start) {
        array.set(saved, k * length);
        break;
      }
      array.copyWithin(k * length, from * length, (from + 1) * length);
      k = from;
    }
  }
}

const bytesPerVoxel = (kind: VoxelKind): number => kind.create(0).BYTES_PER_ELEMENT;
