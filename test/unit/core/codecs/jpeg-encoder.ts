/**
 * A gray JPEG encoder for tests: codes given coefficients sequentially or progressively, by any scan
 * script, with or without restart markers. Its Huffman tables give every symbol an 8-bit code.
 */
export interface ScanScript {
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

export interface JpegOptions {
  readonly columns: number;
  readonly rows: number;
  readonly precision: 8 | 12;
  /** 64 for each block, zigzag order. */
  readonly blocks: readonly (readonly number[])[];
  /** Undefined for a sequential image. */
  readonly scans?: readonly ScanScript[];
  readonly restartInterval?: number;
  readonly quantization?: number;
}

class Bits {
  readonly bytes: number[] = [];
  #bits = 0;
  #count = 0;

  write(value: number, count: number): void {
    for (let n = count - 1; n >= 0; n--) {
      this.#bits = (this.#bits << 1) | ((value >> n) & 1);
      if (++this.#count < 8) continue;
      this.bytes.push(this.#bits);
      if (this.#bits === 0xff) this.bytes.push(0);
      this.#bits = 0;
      this.#count = 0;
    }
  }

  align(): void {
    while (this.#count > 0) this.write(1, 1);
  }
}

/** Every symbol has a code of 8 bits; the last code stays free, as T.81 wants. */
const table = (kind: number, symbols: number): number[] => {
  const counts = Array.from({ length: 16 }, (_, n) => (n === 7 ? symbols : 0));
  return [kind, ...counts, ...Array.from({ length: symbols }, (_, n) => n)];
};

const word = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  ...word(body.length + 2),
  ...body,
];

const sizeOf = (value: number): number => (value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1);
const extra = (value: number, size: number): number => (value < 0 ? value + (1 << size) - 1 : value);

export function encodeJpeg(options: JpegOptions): Uint8Array {
  const { columns, rows, precision, scans, restartInterval = 0, quantization = 1 } = options;
  const bytes = [
    0xff,
    0xd8,
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => quantization)]),
    ...segment(scans ? 0xc2 : 0xc1, [precision, ...word(rows), ...word(columns), 1, 1, 0x11, 0]),
    ...segment(0xc4, table(0x00, 16)),
    ...segment(0xc4, table(0x10, 255)),
    ...(restartInterval > 0 ? segment(0xdd, word(restartInterval)) : []),
  ];
  for (const scan of scans ?? [{ first: 0, last: 63, high: 0, low: 0 }]) {
    bytes.push(...segment(0xda, [1, 1, 0x00, scan.first, scan.last, scan.high * 16 + scan.low]));
    bytes.push(...encodeScan(options, scan));
  }
  bytes.push(0xff, 0xd9);
  return Uint8Array.from(bytes);
}

function encodeScan({ blocks, scans, restartInterval = 0 }: JpegOptions, scan: ScanScript): number[] {
  const all: number[] = [];
  const intervals = restartInterval > 0 ? Math.ceil(blocks.length / restartInterval) : 1;
  for (let n = 0; n < intervals; n++) {
    const part = restartInterval > 0 ? blocks.slice(n * restartInterval, (n + 1) * restartInterval) : blocks;
    const bits = new Bits();
    if (!scans) sequential(part, bits);
    else if (scan.first === 0) dc(part, scan, bits);
    else if (scan.high === 0) acFirst(part, scan, bits);
    else acRefine(part, scan, bits);
    bits.align();
    if (n > 0) all.push(0xff, 0xd0 + ((n - 1) & 7));
    all.push(...bits.bytes);
  }
  return all;
}

function sequential(blocks: readonly (readonly number[])[], bits: Bits): void {
  let previous = 0;
  for (const block of blocks) {
    const value = block[0] ?? 0;
    coded(value - previous, 0, bits);
    previous = value;
    const last = block.findLastIndex((coefficient, k) => k > 0 && coefficient !== 0);
    let run = 0;
    for (let k = 1; k <= last; k++) {
      const coefficient = block[k] ?? 0;
      if (coefficient === 0) {
        run++;
        continue;
      }
      for (; run > 15; run -= 16) bits.write(0xf0, 8);
      coded(coefficient, run, bits);
      run = 0;
    }
    if (last < 63) bits.write(0, 8);
  }
}

/** A run of zeros and a value: symbol and extra bits. */
function coded(value: number, run: number, bits: Bits): void {
  const size = sizeOf(value);
  bits.write(run * 16 + size, 8);
  if (size > 0) bits.write(extra(value, size), size);
}

function dc(blocks: readonly (readonly number[])[], { high, low }: ScanScript, bits: Bits): void {
  let previous = 0;
  for (const [value = 0] of blocks) {
    // The DC coefficient is shifted arithmetically, the AC ones towards zero.
    if (high > 0) bits.write((value >> low) & 1, 1);
    else {
      coded((value >> low) - previous, 0, bits);
      previous = value >> low;
    }
  }
}

const shifted = (value: number, low: number): number => Math.sign(value) * (Math.abs(value) >> low);

function endOfBand(count: number, bits: Bits): void {
  if (count === 0) return;
  const size = Math.floor(Math.log2(count));
  bits.write(size * 16, 8);
  bits.write(count - (1 << size), size);
}

function acFirst(blocks: readonly (readonly number[])[], { first, last, low }: ScanScript, bits: Bits): void {
  let ended = 0;
  for (const block of blocks) {
    const values = block.slice(first, last + 1).map((value) => shifted(value, low));
    const end = values.findLastIndex((value) => value !== 0);
    let run = 0;
    if (end >= 0) {
      endOfBand(ended, bits);
      ended = 0;
    }
    for (const value of values.slice(0, end + 1)) {
      if (value === 0) {
        run++;
        continue;
      }
      for (; run > 15; run -= 16) bits.write(0xf0, 8);
      coded(value, run, bits);
      run = 0;
    }
    if (end < values.length - 1 && ++ended === 0x7fff) {
      endOfBand(ended, bits);
      ended = 0;
    }
  }
  endOfBand(ended, bits);
}

function acRefine(blocks: readonly (readonly number[])[], { first, last, low }: ScanScript, bits: Bits): void {
  let ended = 0;
  /** Correction bits of the blocks that the end-of-band run covers. */
  let kept: number[] = [];
  const flush = (): void => {
    endOfBand(ended, bits);
    for (const bit of kept) bits.write(bit, 1);
    ended = 0;
    kept = [];
  };
  for (const block of blocks) {
    const values = block.slice(first, last + 1).map((value) => shifted(value, low));
    const lastNew = values.findLastIndex((value) => Math.abs(value) === 1);
    let run = 0;
    let corrections: number[] = [];
    for (const [n, value] of values.entries()) {
      if (n > lastNew) {
        if (Math.abs(value) > 1) corrections.push(Math.abs(value) & 1);
        continue;
      }
      if (value === 0) {
        run++;
        if (run === 16) {
          flush();
          bits.write(0xf0, 8);
          for (const bit of corrections) bits.write(bit, 1);
          corrections = [];
          run = 0;
        }
      } else if (Math.abs(value) > 1) corrections.push(Math.abs(value) & 1);
      else {
        flush();
        bits.write(run * 16 + 1, 8);
        bits.write(value > 0 ? 1 : 0, 1);
        for (const bit of corrections) bits.write(bit, 1);
        corrections = [];
        run = 0;
      }
    }
    if (lastNew < values.length - 1) {
      ended++;
      kept.push(...corrections);
      if (ended === 0x7fff || kept.length > 900) flush();
    }
  }
  flush();
}
