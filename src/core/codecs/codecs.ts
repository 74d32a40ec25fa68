/** Chooses the decoder of a compressed image. */
import { checkSize, type DecodedImage, type ImageSize, type LoadCodec } from './codec';
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
   * @returns samples, valid until the next call
   * @throws CodecError if the stream is damaged, or of another kind or size than said
   */
  async decode(
    format: CompressedFormat,
    encoded: Uint8Array,
    size: ImageSize,
    bytesPerSample: number,
  ): Promise<DecodedImage> {
    const precision = checkStream(format, encoded, size, bytesPerSample);
    switch (format) {
      case 'rle':
        return decodeRle(encoded, size, bytesPerSample);
      case 'jpeg-lossless':
        return decodeLosslessJpeg(encoded, size);
      case 'jpeg-ls':
        return this.#wasm.decode('charls', encoded, size);
      case 'jpeg-2000':
        return this.#wasm.decode('openjpeg', encoded, size);
      case 'htj2k':
        return this.#wasm.decode('openjph', encoded, size);
      case 'jpeg-xl':
        return this.#wasm.decode('libjxl', encoded, size);
      case 'jpeg-8':
      case 'jpeg-dct':
        // libjpeg-turbo's builds for WebAssembly decode 8 bits only.
        return precision === 8 ? this.#wasm.decode('libjpeg-turbo', encoded, size) : decodeDctJpeg(encoded, size);
    }
  }
}

/**
 * Checks that a stream's own header is of the expected size, before anything is allocated for it.
 * @returns bits per sample, where the header says it at once
 * @throws CodecError if it is not
 */
export function checkStream(
  format: CompressedFormat,
  encoded: Uint8Array,
  size: ImageSize,
  bytesPerSample: number,
): number | undefined {
  switch (format) {
    case 'rle':
      checkRleLength(encoded, size, bytesPerSample);
      return undefined;
    case 'jpeg-2000':
    case 'htj2k':
      checkSize(jpeg2000Header(encoded), size);
      return undefined;
    case 'jpeg-xl':
      checkSize({ ...jpegXlHeader(encoded), components: 1 }, size);
      return undefined;
    default: {
      const header = jpegHeader(encoded);
      checkSize(header, size);
      return header.precision;
    }
  }
}
