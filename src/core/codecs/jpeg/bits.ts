/** Entropy-coded bits of a JPEG scan and Huffman codes: ITU-T T.81 annexes C and F. */
import { CodecError } from '../codec';

const cutOff = (): CodecError => new CodecError('Its JPEG image is cut off.');

/** Codes up to this length are decoded by one look into a table. */
const lookBits = 9;

/** A Huffman table made for decoding. */
export interface HuffmanTable {
  /** By the next 9 bits: length * 256 + value; 0 for longer codes. */
  readonly look: Uint16Array;
  /** By length: the largest code of that length, -1 if none. */
  readonly maxCode: Int32Array;
  /** By length: index of a code's value, less the code. */
  readonly offset: Int32Array;
  readonly values: Uint8Array;
}

/**
 * @param counts number of codes of length 1 to 16
 * @param values their values, in the order of the codes
 */
export function huffmanTable(counts: Uint8Array, values: Uint8Array): HuffmanTable {
  const look = new Uint16Array(1 << lookBits);
  const maxCode = new Int32Array(18).fill(-1);
  const offset = new Int32Array(18);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1] ?? 0;
    if (code + count > 1 << length) throw new CodecError('Its JPEG image has a Huffman table that cannot be.');
    offset[length] = index - code;
    for (let n = 0; n < count; n++, code++, index++) {
      if (length > lookBits) continue;
      const shift = lookBits - length;
      look.fill(length * 256 + (values[index] ?? 0), code << shift, (code + 1) << shift);
    }
    if (count > 0) maxCode[length] = code - 1;
    code <<= 1;
  }
  return { look, maxCode, offset, values };
}

/** Reads the bits between two markers. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position: number;
  /** Bits read ahead, the next one at bit `#count - 1`. */
  #bits = 0;
  #count = 0;
  /** How many of the bits read ahead are zeros that follow the end of the data. */
  #padding = 0;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  /** Position of the marker that ends the data, or of the end of the bytes. */
  get end(): number {
    while (this.#position < this.#bytes.length && !this.#atMarker()) this.#position++;
    return this.#position;
  }

  /** Skips the rest of an interval and its restart marker (RST0 to RST7). */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#padding = 0;
    const marker = this.#bytes[this.end + 1] ?? 0;
    if (marker < 0xd0 || marker > 0xd7) throw cutOff();
    this.#position += 2;
  }

  /** The next bit. */
  bit(): number {
    return this.bits(1);
  }

  /** The next `count` bits (0 to 16). */
  bits(count: number): number {
    if (this.#count < count) this.#fill();
    return (this.#bits >>> this.#take(count)) & ((1 << count) - 1);
  }

  /** A value of `size` bits with T.81's sign: EXTEND of F.2.2.1. */
  signed(size: number): number {
    if (size === 0) return 0;
    const value = this.bits(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** The next Huffman-coded value. */
  symbol({ look, maxCode, offset, values }: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const found = look[(this.#bits >>> (this.#count - lookBits)) & ((1 << lookBits) - 1)] ?? 0;
    if (found !== 0) {
      this.#take(found >> 8);
      return found & 0xff;
    }
    for (let length = lookBits + 1; length <= 16; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code <= (maxCode[length] ?? -1)) {
        this.#take(length);
        return values[code + (offset[length] ?? 0)] ?? 0;
      }
    }
    throw new CodecError('Its JPEG image holds a code that its tables do not have.');
  }

  /** Takes bits away and says how many remain. Zeros after the end may be looked at, not taken. */
  #take(count: number): number {
    this.#count -= count;
    if (this.#count < this.#padding) throw cutOff();
    return this.#count;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 16) {
      let byte = 0;
      if (this.#position >= bytes.length || this.#atMarker()) this.#padding += 8;
      else {
        byte = bytes[this.#position++] ?? 0;
        // A stuffed zero follows every 0xff of the data.
        if (byte === 0xff) this.#position++;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }

  #atMarker(): boolean {
    return this.#bytes[this.#position] === 0xff && this.#bytes[this.#position + 1] !== 0;
  }
}
