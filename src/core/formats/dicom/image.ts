/** One DICOM file decoded: its header, and its frames one after the other. */
import { CodecError, CodecUnavailable, type ImageSize } from '../../codecs/codec';
import { type Codecs, checkStream, guessFormat } from '../../codecs/codecs';
import { ScanError } from '../../volume';
import { type ParsedFile, parseFile } from './dataset';
import { tags } from './elements';
import { encapsulatedFrames } from './fragments';
import { type DicomHeader, headerOf, type PixelFormat, paddingOf, pixelFormatOf } from './header';
import { copyDecoded, copyNative, type FrameArray } from './samples';
import { type Compression, encapsulatedUncompressed, explicitBig, type TransferSyntax, transferSyntax } from './syntax';

/** Largest scan that is read: typed arrays and the page's memory end not far above it. */
export const maxVolumeBytes = 2 ** 31;

export interface DicomImage {
  readonly header: DicomHeader;
  readonly format: PixelFormat;
  readonly padding: { readonly from: number; readonly to: number } | undefined;
  /** True if decoded values may differ from those that were scanned. */
  readonly lossy: boolean;
  /** Decodes a frame (0-based) into `target`, which has rows * columns voxels of the format's type. */
  decode(frame: number, target: FrameArray): Promise<void>;
}

/**
 * Opens the image in a DICOM file.
 * @param bytes the whole file; referred to until the last frame has been decoded
 * @throws ScanError if there is no image or one that Hemorica cannot show
 */
export function openImage(bytes: Uint8Array, name: string, codecs: Codecs): DicomImage {
  const file = parseFile(bytes, name, bytes.length) as ParsedFile;
  const header = headerOf(file, name);
  const stated = pixelFormatOf(file, name);
  const syntax = transferSyntax(file.transferSyntax);
  if (syntax === undefined)
    throw new ScanError(
      name,
      `Its pixels are in a transfer syntax that cannot be read (${file.transferSyntax.slice(0, 64)}).`,
      'Export the images uncompressed or in JPEG 2000.',
    );
  const frameBytes = (header.rows * header.columns * stated.bitsAllocated) / 8;
  if (frameBytes * header.frames > maxVolumeBytes)
    throw new ScanError(
      name,
      `It would need ${showGiB(frameBytes * header.frames)} of memory (${header.columns} x ${header.rows} pixels, ${header.frames} frames); at most 2 GiB can be read.`,
      'Export a part of the scan, or with fewer pixels.',
    );
  const size: ImageSize = { rows: header.rows, columns: header.columns };
  const frames =
    file.pixels?.length === undefined
      ? compressedFrames(file, header, name)
      : nativeFrames(file, header, frameBytes, syntax, name);
  const refuse = (error: unknown): unknown => undecodable(error, syntax.name, name);
  const { compression, lossy, signed } = inspect(syntax, file, frames(0), stated, refuse);
  const format = { ...stated, signed: stated.signed || signed };
  const words = file.pixels?.vr === 'OW';
  const big = file.transferSyntax === explicitBig;
  return {
    header,
    format,
    padding: paddingOf(file.elements, format),
    lossy: lossy || file.elements.string(tags.lossyCompression) === '01',
    async decode(frame, target) {
      const encoded = frames(frame);
      if (compression === 'none') {
        if (encoded.length < frameBytes) throw truncated(name, encoded.length, frameBytes);
        copyNative(encoded, format, big, words, target);
        return;
      }
      try {
        await codecs.decode(compression, encoded, size, format.bitsAllocated / 8, (image) =>
          copyDecoded(image, format, target),
        );
      } catch (error) {
        throw refuse(error);
      }
    },
  };
}

/**
 * How the pixels are compressed, by the first frame. Encapsulated pixels of a file that does not say how are
 * told by their first bytes; samples that the stream itself calls signed (JPEG 2000) are, whatever the header
 * says. A wrong size or kind of stream is found here, before room for its pixels is taken.
 */
function inspect(
  stated: TransferSyntax,
  { pixels, transferSyntax: uid }: ParsedFile,
  encoded: Uint8Array,
  { rows, columns, bitsAllocated }: PixelFormat,
  refuse: (error: unknown) => unknown,
): { compression: Compression; lossy: boolean; signed: boolean } {
  const untold = stated.compression === 'none' && pixels?.length === undefined && uid !== encapsulatedUncompressed;
  try {
    const compression = untold ? (guessFormat(encoded) ?? 'none') : stated.compression;
    const lossy = untold ? compression === 'jpeg-dct' : stated.lossy === true;
    if (compression === 'none') return { compression, lossy, signed: false };
    const { signed } = checkStream(compression, encoded, { rows, columns }, bitsAllocated / 8);
    return { compression, lossy, signed: signed === true };
  } catch (error) {
    throw refuse(error);
  }
}

/** A codec's error as one of the file; any other error as it is. */
function undecodable(error: unknown, syntax: string, name: string): unknown {
  if (!(error instanceof CodecError)) return error;
  const remedy =
    error instanceof CodecUnavailable
      ? 'Open the scan again; if that does not help, install Hemorica again.'
      : `Copy the file again, or export it uncompressed (it is in ${syntax}).`;
  return new ScanError(name, error.message, remedy);
}

function compressedFrames(file: ParsedFile, header: DicomHeader, name: string): (frame: number) => Uint8Array {
  const { pixels } = file;
  if (pixels === undefined) throw new ScanError(name, 'It holds no pixel data.', 'Open a file of an image series.');
  const frames = encapsulatedFrames(file, pixels, header.frames, name);
  return (frame) => frames[frame] ?? new Uint8Array();
}

/** Uncompressed frames lie one after the other. */
function nativeFrames(
  { bytes, pixels }: ParsedFile,
  { frames }: DicomHeader,
  frameBytes: number,
  syntax: TransferSyntax,
  name: string,
): (frame: number) => Uint8Array {
  if (syntax.compression !== 'none')
    throw new ScanError(
      name,
      `Its pixel data are not encapsulated, as ${syntax.name} needs.`,
      'Export the image again.',
    );
  const start = pixels?.dataOffset ?? 0;
  const stated = pixels?.length ?? 0;
  const present = Math.min(stated, bytes.length - start);
  if (present < frameBytes * frames) throw truncated(name, present, frameBytes * frames);
  return (frame) => bytes.subarray(start + frame * frameBytes, start + (frame + 1) * frameBytes);
}

const truncated = (name: string, present: number, needed: number): ScanError =>
  new ScanError(
    name,
    `Its pixel data are cut off: ${present} of ${needed} bytes are there.`,
    'Copy the file again from where it came.',
  );

const showGiB = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
