/**
 * Gray JPEG of 8 or 12 bits coded by DCT and Huffman: sequential (SOF0, SOF1) and progressive with
 * spectral selection and successive approximation (SOF2). ITU-T T.81.
 *
 * The WebAssembly builds of libjpeg-turbo decode 8 bits only; CT in JPEG has 12.
 */
import { CodecError, type DecodedImage, type ImageSize } from '../codec';
import { BitReader, type HuffmanTable, huffmanTable } from './bits';
import { idctFactors, inverseDct } from './idct';
import { decodeScan, zigzag } from './scan';

/** More scans than any coder needs (each coefficient bit on its own): a damaged or hostile stream. */
const mostScans = 1000;

interface Tables {
  readonly quantization: (Uint16Array | undefined)[];
  readonly dc: (HuffmanTable | undefined)[];
  readonly ac: (HuffmanTable | undefined)[];
  restartInterval: number;
}

interface Frame extends ImageSize {
  readonly progressive: boolean;
  readonly precision: number;
  readonly quantization: number;
  readonly coefficients: Int16Array;
}

const damaged = (): CodecError => new CodecError('Its JPEG image is damaged.');

/**
 * Decodes one gray image.
 * @param expected size of the image, which the caller has found in the stream's header
 * @returns unsigned samples
 * @throws CodecError if the stream is damaged, cut off or coded otherwise
 */
export function decodeDctJpeg(bytes: Uint8Array, expected: ImageSize): DecodedImage {
  const tables: Tables = { quantization: [], dc: [], ac: [], restartInterval: 0 };
  let frame: Frame | undefined;
  let scans = 0;
  for (let position = 2; position + 4 <= bytes.length; ) {
    if (bytes[position] !== 0xff) throw damaged();
    const marker = bytes[position + 1] ?? 0;
    if (marker === 0xff) {
      position++;
      continue;
    }
    if (marker === 0xd9) break;
    const length = (bytes[position + 2] ?? 0) * 256 + (bytes[position + 3] ?? 0);
    const segment = bytes.subarray(position + 4, position + 2 + length);
    if (length < 2 || segment.length !== length - 2) throw damaged();
    position += 2 + length;
    if (marker === 0xda) {
      if (frame === undefined || ++scans > mostScans) throw damaged();
      position = readScan(bytes, position, segment, frame, tables);
    } else if (marker >= 0xc0 && marker <= 0xc2 && frame === undefined)
      frame = readFrame(segment, marker === 0xc2, expected);
    else if (marker === 0xc4) readHuffman(segment, tables);
    else if (marker === 0xdb) readQuantization(segment, tables);
    else if (marker === 0xdd) tables.restartInterval = (segment[0] ?? 0) * 256 + (segment[1] ?? 0);
    else if (marker >= 0xc0 && marker <= 0xcf)
      throw new CodecError('Its JPEG image is coded in a way that no DICOM transfer syntax allows.');
  }
  if (frame === undefined || scans === 0) throw new CodecError('Its JPEG image is cut off.');
  return reconstruct(frame, tables);
}

function readFrame(segment: Uint8Array, progressive: boolean, { columns, rows }: ImageSize): Frame {
  const precision = segment[0] ?? 0;
  if (segment.length < 9 || (precision !== 8 && precision !== 12)) throw damaged();
  const blocks = Math.ceil(columns / 8) * Math.ceil(rows / 8);
  return {
    columns,
    rows,
    progressive,
    precision,
    quantization: (segment[8] ?? 0) & 3,
    coefficients: new Int16Array(blocks * 64),
  };
}

/** Decodes a scan of the only component; returns the position of the next marker. */
function readScan(bytes: Uint8Array, position: number, segment: Uint8Array, frame: Frame, tables: Tables): number {
  const [components, , selectors = 0, first = 0, last = 0, approximation = 0] = segment;
  if (components !== 1 || segment.length < 6 || first > last || last > 63) throw damaged();
  const bits = new BitReader(bytes, position);
  const scan = {
    progressive: frame.progressive,
    first,
    last,
    high: approximation >> 4,
    low: approximation & 15,
    dc: tables.dc[selectors >> 4],
    ac: tables.ac[selectors & 15],
    restartInterval: tables.restartInterval,
  };
  decodeScan(scan, bits, frame.coefficients);
  return bits.end;
}

function readHuffman(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const kind = segment[at] ?? 0;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const values = segment.subarray(at + 17, at + 17 + total);
    if (values.length !== total || total > 256) throw damaged();
    (kind >> 4 === 0 ? tables.dc : tables.ac)[kind & 3] = huffmanTable(counts, values);
    at += 17 + total;
  }
}

function readQuantization(segment: Uint8Array, tables: Tables): void {
  for (let at = 0; at < segment.length; ) {
    const kind = segment[at] ?? 0;
    const wide = kind >> 4 === 1;
    const start = at + 1;
    at = start + (wide ? 128 : 64);
    if (at > segment.length) throw damaged();
    const table = new Uint16Array(64);
    for (let n = 0; n < 64; n++)
      table[zigzag[n] ?? 0] = wide
        ? (segment[start + 2 * n] ?? 0) * 256 + (segment[start + 2 * n + 1] ?? 0)
        : (segment[start + n] ?? 0);
    tables.quantization[kind & 3] = table;
  }
}

function reconstruct(frame: Frame, tables: Tables): DecodedImage {
  const quantization = tables.quantization[frame.quantization];
  if (quantization === undefined) throw new CodecError('Its JPEG image lacks a quantization table.');
  const { columns, rows, precision, coefficients } = frame;
  const factors = idctFactors(quantization);
  const samples = precision > 8 ? new Uint16Array(columns * rows) : new Uint8Array(columns * rows);
  const block = new Float64Array(64);
  const largest = 2 ** precision - 1;
  const middle = 2 ** (precision - 1);
  const across = Math.ceil(columns / 8);
  for (let n = 0; n < coefficients.length / 64; n++) {
    inverseDct(coefficients, n * 64, factors, block);
    const left = (n % across) * 8;
    const top = Math.floor(n / across) * 8;
    const width = Math.min(8, columns - left);
    const height = Math.min(8, rows - top);
    for (let y = 0; y < height; y++) {
      const line = (top + y) * columns + left;
      for (let x = 0; x < width; x++) {
        const value = Math.round((block[y * 8 + x] ?? 0) + middle);
        samples[line + x] = Math.max(0, Math.min(largest, value));
      }
    }
  }
  return { samples, precision, signed: false };
}
