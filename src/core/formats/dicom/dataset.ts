/**
 * From the bytes of a DICOM file to the few elements that Hemorica reads.
 *
 * dicom-parser reads values and sequences. The top level of the data set is walked here, because a
 * header must be readable from the first part of a file, with or without preamble, file meta
 * information and transfer syntax, because a damaged file must be told from a short read, and because
 * elements that nobody needs (the patient's among them) must not be kept.
 * Format: DICOM PS3.5 chapter 7 (data set), PS3.10 chapter 7 (file).
 */
import type { ByteArrayParser, DataSet, Element } from 'dicom-parser';
import { ScanError } from '../../volume';
import { isKept, isKeptSequence, showTag, tags } from './elements';
import { inflate } from './inflate';
import { dicomParser } from './parser';
import { deflated, explicitBig, explicitLittle, implicitLittle } from './syntax';

/** Where the pixel data begin in `DataSet.bytes`. */
export interface PixelElement {
  readonly tag: string;
  readonly vr: string;
  readonly dataOffset: number;
  /** As the file states it; undefined for encapsulated (undefined length) pixel data. */
  readonly length: number | undefined;
}

export interface ParsedFile {
  /** Values by dicom-parser's accessors; only elements of `tags`. */
  readonly elements: DataSet;
  readonly transferSyntax: string;
  /** True if the file does not say its transfer syntax and it was told from the first element. */
  readonly guessed: boolean;
  /** The bytes that offsets refer to: the file's own, or the inflated data set. */
  readonly bytes: Uint8Array;
  readonly pixels?: PixelElement;
  /** Element in whose middle the file ends or is damaged. */
  readonly brokenAt?: string;
}

/** The header did not fit: at least this many bytes from the start of the file are needed. */
export interface More {
  readonly more: number;
}

const longLengthVrs: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
const shortLengthVrs: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);
const undefinedLength = 0xffffffff;

const vrAt = (bytes: Uint8Array, offset: number): string =>
  String.fromCharCode(bytes[offset] ?? 0, bytes[offset + 1] ?? 0);
const isVr = (vr: string): boolean => longLengthVrs.has(vr) || shortLengthVrs.has(vr);

/**
 * Parses the data set of a file up to its pixel data.
 * @param bytes the file from its start, whole or only its first part
 * @param name file name for errors
 * @param total size of the whole file in bytes, `bytes.length` if it is whole
 * @throws ScanError if this is not a DICOM file
 */
export function parseFile(bytes: Uint8Array, name: string, total: number): ParsedFile | More {
  const partial = bytes.length < total;
  if (partial && bytes.length < 140) return { more: 4096 };
  const start = hasPrefix(bytes) ? 132 : 0;
  if (bytes.length < start + 8) throw notDicom(name, bytes.length);
  const meta = readMeta(bytes, start, partial);
  if ('more' in meta) return meta;
  const stated = meta.transferSyntax;
  if (stated === deflated) return parseDeflated(bytes, name, meta.end, partial);
  if (start === 0 && meta.end === 0 && !startsLikeDataSet(bytes)) throw notDicom(name, total);
  const syntax = settleSyntax(bytes, meta.end, stated);
  return walk(bytes, meta.end, syntax, stated === undefined, partial);
}

/** True if the bytes are a DICOM file by their prefix, or begin like a data set without one. At least 132 bytes tell best. */
export const looksLikeDicom = (bytes: Uint8Array): boolean => hasPrefix(bytes) || startsLikeDataSet(bytes);

const hasPrefix = (bytes: Uint8Array): boolean => vrAt(bytes, 128) === 'DI' && vrAt(bytes, 130) === 'CM';

/** A file without preamble begins with an element of group 0002 or 0008 (in either byte order), and with a length that fits it. */
function startsLikeDataSet(bytes: Uint8Array): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const little = (a === 2 || a === 8) && b === 0 && d === 0;
  const big = a === 0 && b === 8 && c === 0;
  if (bytes.length < 8 || !(little || big)) return false;
  if (isVr(vrAt(bytes, 4))) return true;
  const length = (bytes[4] ?? 0) + (bytes[5] ?? 0) * 0x100 + (bytes[6] ?? 0) * 0x10000 + (bytes[7] ?? 0) * 0x1000000;
  return little && length <= 1024;
}

const notDicom = (name: string, size: number): ScanError =>
  new ScanError(
    name,
    size === 0
      ? 'The file is empty.'
      : 'This is not a DICOM file: it has neither the DICM prefix nor a data set at its start.',
    'Check that the file was copied whole and is a DICOM image.',
  );

/** File meta information (group 0002): always explicit VR little endian. */
function readMeta(bytes: Uint8Array, start: number, partial: boolean): { transferSyntax?: string; end: number } | More {
  let position = start;
  let transferSyntax: string | undefined;
  while (position + 8 <= bytes.length && bytes[position] === 2 && bytes[position + 1] === 0) {
    const element = readElementHeader(bytes, position, dicomParser.littleEndianByteArrayParser, true);
    if (element === undefined || element.length === undefinedLength) break;
    const end = element.dataOffset + element.length;
    if (end > bytes.length) {
      if (partial) return { more: end + 1024 };
      break;
    }
    if (element.tag === tags.transferSyntax)
      transferSyntax = dicomParser.readFixedString(bytes, element.dataOffset, element.length).trim();
    position = end;
  }
  return { ...(transferSyntax ? { transferSyntax } : {}), end: position };
}

/**
 * The syntax in which the data set is really encoded. Files without meta information, or with one that
 * disagrees with the data, are told by their first element: a value representation there means explicit.
 */
function settleSyntax(bytes: Uint8Array, offset: number, stated: string | undefined): string {
  const explicit = isVr(vrAt(bytes, offset + 4));
  if (stated === implicitLittle && explicit) return explicitLittle;
  if (stated === explicitLittle && !explicit) return implicitLittle;
  if (stated !== undefined) return stated;
  if (!explicit) return implicitLittle;
  return bytes[offset] === 0 && bytes[offset + 1] !== 0 ? explicitBig : explicitLittle;
}

function parseDeflated(bytes: Uint8Array, name: string, offset: number, partial: boolean): ParsedFile | More {
  // Inflates no further than the data set reaches, so that a small file cannot fill the memory.
  let limit = 1 << 18;
  for (;;) {
    const inflated = inflate(bytes.subarray(offset), limit);
    const parsed = walk(inflated.bytes, 0, deflated, false, !inflated.ended);
    const need = 'more' in parsed ? parsed.more : pixelsEnd(parsed);
    if (inflated.ended || ('pixels' in parsed && need <= inflated.bytes.length)) return parsed;
    if (inflated.damaged || need > 0x7fffffff) {
      if (partial) return 'more' in parsed ? { more: bytes.length * 2 } : parsed;
      throw new ScanError(
        name,
        'Its deflated data set is damaged or cut off.',
        'Copy the file again from where it came.',
      );
    }
    limit = Math.max(limit * 2, need);
  }
}

const pixelsEnd = ({ pixels }: ParsedFile): number => (pixels ? pixels.dataOffset + (pixels.length ?? 0) : 0);

/** Walks the top-level elements from `position` up to the pixel data or the end. */
function walk(
  bytes: Uint8Array,
  position: number,
  syntax: string,
  guessed: boolean,
  partial: boolean,
): ParsedFile | More {
  const parser =
    syntax === explicitBig ? dicomParser.bigEndianByteArrayParser : dicomParser.littleEndianByteArrayParser;
  const explicit = syntax !== implicitLittle;
  const elements: Record<string, Element> = {};
  const dataSet = new dicomParser.DataSet(parser, bytes, elements);
  const result = { elements: dataSet, transferSyntax: syntax, guessed, bytes };
  for (let at = position; at + 8 <= bytes.length; ) {
    const element = readElementHeader(bytes, at, parser, explicit);
    if (element === undefined) return partial ? { more: bytes.length + 1024 } : result;
    if (element.tag > 'x7fe0ffff') return result;
    if (element.tag === tags.pixels || element.tag === tags.floatPixels || element.tag === tags.doublePixels) {
      const length = element.length === undefinedLength ? undefined : element.length;
      return {
        ...result,
        pixels: { tag: element.tag, vr: element.vr ?? 'OW', dataOffset: element.dataOffset, length },
      };
    }
    const next = stepOver(dataSet, element, at, explicit, partial);
    if (next === undefined) {
      if (partial) return { more: Math.max(bytes.length * 2, wholeEnd(element) + 1024) };
      return { ...result, brokenAt: showTag(element.tag) };
    }
    at = next;
  }
  return partial ? { more: bytes.length * 2 } : result;
}

const wholeEnd = ({ dataOffset, length }: Element): number => (length === undefinedLength ? 0 : dataOffset + length);

/** The position after an element, which is kept if it is one of ours; undefined if the bytes end before it does. */
function stepOver(
  dataSet: DataSet,
  element: Element,
  start: number,
  explicit: boolean,
  partial: boolean,
): number | undefined {
  const { byteArray, elements } = dataSet;
  if (element.length !== undefinedLength && !isKeptSequence(element.tag)) {
    const end = element.dataOffset + element.length;
    if (end > byteArray.length) return undefined;
    if (isKept(element.tag)) elements[element.tag] = element;
    return end;
  }
  if (element.length !== undefinedLength && element.dataOffset + element.length > byteArray.length) return undefined;
  try {
    const stream = new dicomParser.ByteStream(dataSet.byteArrayParser, byteArray, start);
    const warnings: string[] = [];
    stream.warnings = warnings;
    const sequence = explicit
      ? dicomParser.readDicomElementExplicit(stream, warnings)
      : dicomParser.readDicomElementImplicit(stream);
    // The parser takes the end of the bytes for the end of a sequence, with a warning.
    if (partial && (warnings.length > 0 || stream.position >= byteArray.length)) return undefined;
    if (isKept(element.tag)) elements[element.tag] = sequence;
    return stream.position > start ? stream.position : undefined;
  } catch {
    return undefined;
  }
}

/** Tag, value representation and length of the element at `position`; undefined if its header is cut off. */
function readElementHeader(
  bytes: Uint8Array,
  position: number,
  parser: ByteArrayParser,
  explicit: boolean,
): Element | undefined {
  const group = parser.readUint16(bytes, position);
  const tag = `x${(group * 0x10000 + parser.readUint16(bytes, position + 2)).toString(16).padStart(8, '0')}`;
  const vr = vrAt(bytes, position + 4);
  // Delimiters have no value representation, and some writers leave it out in the middle of an explicit data set.
  if (!explicit || !isVr(vr)) return { tag, length: parser.readUint32(bytes, position + 4), dataOffset: position + 8 };
  if (shortLengthVrs.has(vr))
    return { tag, vr, length: parser.readUint16(bytes, position + 6), dataOffset: position + 8 };
  if (position + 12 > bytes.length) return undefined;
  return { tag, vr, length: parser.readUint32(bytes, position + 8), dataOffset: position + 12 };
}
