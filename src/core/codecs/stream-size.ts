/** Sizes that compressed streams state, read before a decoder allocates for them. */
import { CodecError, type ImageSize } from './codec';

export interface StreamHeader extends ImageSize {
  readonly components: number;
  readonly precision: number;
}

const damaged = (format: string): CodecError => new CodecError(`Its ${format} image has no valid header.`);

/**
 * Frame header (SOFn, or SOF55 of JPEG-LS) of a JPEG stream: ITU-T T.81 B.2.2, T.87 C.2.2.
 * @returns also the marker, e.g. 0xc3 for lossless
 */
export function jpegHeader(bytes: Uint8Array): StreamHeader & { readonly marker: number } {
  const at = (n: number): number => bytes[n] ?? 0;
  let position = at(0) === 0xff && at(1) === 0xd8 ? 2 : bytes.length;
  while (position + 4 <= bytes.length) {
    if (at(position) !== 0xff) throw damaged('JPEG');
    const marker = at(position + 1);
    if (marker === 0xff) {
      position++;
      continue;
    }
    const length = at(position + 2) * 256 + at(position + 3);
    const isFrame = (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;
    if (isFrame && length >= 8 && position + 10 <= bytes.length)
      return {
        marker,
        precision: at(position + 4),
        rows: at(position + 5) * 256 + at(position + 6),
        columns: at(position + 7) * 256 + at(position + 8),
        components: at(position + 9),
      };
    if (isFrame || length < 2) throw damaged('JPEG');
    position += 2 + length;
  }
  throw damaged('JPEG');
}

/** Most tiles that a codestream can number: ISO/IEC 15444-1 A.4.2. */
const mostTiles = 65535;

/**
 * SIZ segment of a JPEG 2000 codestream (raw or inside a JP2 file): ISO/IEC 15444-1 A.5.1.
 * Values that the standard forbids are refused here, since decoders have hung on them.
 */
export function jpeg2000Header(
  bytes: Uint8Array,
): StreamHeader & { readonly signed: boolean; readonly highThroughput: boolean } {
  const start = codestreamStart(bytes);
  if (start + 45 > bytes.length) throw damaged('JPEG 2000');
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const [right = 0, bottom = 0, left = 0, top = 0] = [8, 12, 16, 20].map((offset) => view.getUint32(offset));
  const [tileWidth = 0, tileHeight = 0, tileLeft = 0, tileTop = 0] = [24, 28, 32, 36].map((offset) =>
    view.getUint32(offset),
  );
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  const placed = tileLeft <= left && tileTop <= top && tileLeft + tileWidth > left && tileTop + tileHeight > top;
  if (right <= left || bottom <= top || !placed || !(tiles <= mostTiles)) throw damaged('JPEG 2000');
  const components = view.getUint16(40);
  const depth = view.getUint8(42);
  if (components === 1 && (view.getUint8(43) !== 1 || view.getUint8(44) !== 1))
    throw new CodecError('Its JPEG 2000 image is subsampled, which gray images are not.');
  return {
    columns: right - left,
    rows: bottom - top,
    components,
    precision: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
    // Bit 14 of Rsiz: capabilities of part 15, High-Throughput JPEG 2000.
    highThroughput: (view.getUint16(6) & 0x4000) !== 0,
  };
}

/** Offset of SOC followed by SIZ. */
function codestreamStart(bytes: Uint8Array): number {
  const last = Math.min(bytes.length - 4, 4096);
  for (let n = 0; n <= last; n++)
    if (bytes[n] === 0xff && bytes[n + 1] === 0x4f && bytes[n + 2] === 0xff && bytes[n + 3] === 0x51) return n;
  throw damaged('JPEG 2000');
}

/** Size header of a JPEG XL codestream, raw or in an ISO BMFF container: ISO/IEC 18181-1 (SizeHeader), 18181-2 (jxlc, jxlp). */
export function jpegXlHeader(bytes: Uint8Array): ImageSize {
  const start = jxlCodestreamStart(bytes);
  if (start === undefined || bytes[start] !== 0xff || bytes[start + 1] !== 0x0a) throw damaged('JPEG XL');
  const bits = bitReader(bytes, start + 2);
  const dimension = (): number => {
    const width = [9, 13, 18, 30][bits(2)] ?? 30;
    return bits(width) + 1;
  };
  const small = bits(1) === 1;
  const rows = small ? (bits(5) + 1) * 8 : dimension();
  const ratio = bits(3);
  if (ratio === 0) return { rows, columns: small ? (bits(5) + 1) * 8 : dimension() };
  const [numerator = 1, denominator = 1] =
    [
      [1, 1],
      [12, 10],
      [4, 3],
      [3, 2],
      [16, 9],
      [5, 4],
      [2, 1],
    ][ratio - 1] ?? [];
  return { rows, columns: Math.floor((rows * numerator) / denominator) };
}

function jxlCodestreamStart(bytes: Uint8Array): number | undefined {
  if (bytes[0] === 0xff) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let position = 0; position + 8 <= bytes.length; ) {
    const length = view.getUint32(position);
    const type = view.getUint32(position + 4);
    if (type === 0x6a786c63) return position + 8; // jxlc
    if (type === 0x6a786c70) return position + 12; // jxlp, after its index
    if (length < 8) return undefined;
    position += length;
  }
  return undefined;
}

/** Reads little-endian bit fields of up to 30 bits. */
function bitReader(bytes: Uint8Array, start: number): (count: number) => number {
  let position = start * 8;
  return (count) => {
    let value = 0;
    for (let n = 0; n < count; n++, position++) value += (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) * 2 ** n;
    return value;
  };
}
