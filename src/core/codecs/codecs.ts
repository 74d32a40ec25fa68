/** Chooses the decoder of a compressed image. */
import { checkSize, type ImageSize, type LoadCodec, type UseImage } from './codec';
import { decodeDctJpeg } from './jpeg/dct';
import { decodeLosslessJpeg } from './lossless-jpeg';
import { checkRleLength, decodeRle } from './rle';
import { jpeg2000Header, jpegHeader, jpegXlHeader } from './stream-size';
import { WasmCodecs } from './wasm';

export type CompressedFormat =
  | 'rle'
  | 'jpeg-8'
  | 'jpeg-dct'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k'
  | 'jpeg-xl';

/** All decoders; those in WebAssembly are loaded when they are first needed, and kept. */
export class Codecs {
  readonly #wasm: WasmCodecs;

  constructor(load: LoadCodec) {
    this.#wasm = new WasmCodecs(load);
  }

  /**
   * Decodes one gray image.
   * @param bytesPerSample of the DICOM pixel format; only RLE needs it
   * @param use takes the decoded image, before the promise settles
   * @throws CodecError if the stream is damaged, or of another kind or size than said
   */
  async decode(
    format: CompressedFormat,
    encoded: Uint8Array,
    size: ImageSize,
    bytesPerSample: number,
    use: UseImage,
  ): Promise<void> {
    const { precision, highThroughput } = checkStream(format, encoded, size, bytesPerSample);
    switch (format) {
      case 'rle':
        return use(decodeRle(encoded, size, bytesPerSample));
      case 'jpeg-lossless':
        return use(decodeLosslessJpeg(encoded, size));
      case 'jpeg-ls':
        return this.#wasm.decode('charls', encoded, size, use);
      case 'jpeg-2000':
      case 'htj2k':
        // By what the stream is, since some writers take one transfer syntax for the other.
        return this.#wasm.decode(highThroughput ? 'openjph' : 'openjpeg', encoded, size, use);
      case 'jpeg-xl':
        return this.#wasm.decode('libjxl', encoded, size, use);
      case 'jpeg-8':
      case 'jpeg-dct':
        // libjpeg-turbo's builds for WebAssembly decode 8 bits only.
        if (precision === 8) return this.#wasm.decode('libjpeg-turbo', encoded, size, use);
        return use(decodeDctJpeg(encoded, size));
    }
  }
}

/**
 * Checks that a stream's own header is of the expected size, before anything is allocated for it.
 * @returns what its header says, where there is one
 * @throws CodecError if the stream is damaged, or of another size
 */
export function checkStream(
  format: CompressedFormat,
  encoded: Uint8Array,
  size: ImageSize,
  bytesPerSample: number,
): Partial<FoundHeader> {
  if (format === 'rle') {
    checkRleLength(encoded, size, bytesPerSample);
    return {};
  }
  const header = headerOf(format, encoded);
  checkSize(header, size);
  return header;
}

interface FoundHeader extends ImageSize {
  readonly components: number;
  readonly precision?: number;
  readonly signed?: boolean;
  readonly highThroughput?: boolean;
}

function headerOf(format: Exclude<CompressedFormat, 'rle'>, encoded: Uint8Array): FoundHeader {
  if (format === 'jpeg-2000' || format === 'htj2k') return jpeg2000Header(encoded);
  return format === 'jpeg-xl' ? { ...jpegXlHeader(encoded), components: 1 } : jpegHeader(encoded);
}

/** Tells the format of a compressed image from its first bytes, for files that do not say; undefined if it has no mark. */
export function guessFormat(encoded: Uint8Array): CompressedFormat | undefined {
  const [a, b] = encoded;
  if (a === 0xff && b === 0x4f) return 'jpeg-2000';
  // A JPEG XL codestream, or the signature box of its container.
  if ((a === 0xff && b === 0x0a) || String.fromCharCode(...encoded.subarray(4, 8)) === 'JXL ') return 'jpeg-xl';
  if (a === 0xff && b === 0xd8) {
    const { marker } = jpegHeader(encoded);
    return marker === 0xc3 ? 'jpeg-lossless' : marker === 0xf7 ? 'jpeg-ls' : 'jpeg-dct';
  }
  // RLE: at most 15 segments, the first right after the header of 64 bytes.
  return a !== undefined && a <= 15 && b === 0 && encoded[4] === 64 && encoded[5] === 0 ? 'rle' : undefined;
}
