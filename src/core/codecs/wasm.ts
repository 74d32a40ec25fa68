/**
 * The WebAssembly decoders of the cornerstone family: CharLS, OpenJPEG, OpenJPH, libjpeg-turbo, libjxl.
 *
 * Each is loaded when it is first needed and kept. A decoder that traps is in an unknown state: it is
 * thrown away, and the next image gets a new one.
 */
import {
  CodecError,
  CodecUnavailable,
  checkSize,
  type DecodedImage,
  type ImageSize,
  type LoadCodec,
  type UseImage,
} from './codec';

export type WasmCodecName = 'charls' | 'openjpeg' | 'openjph' | 'libjpeg-turbo' | 'libjxl';

/** The interface that all of these decoders share. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
    isSigned?: boolean;
  };
}

type Factory = (options: Record<string, unknown>) => Promise<Record<string, unknown>>;

interface WasmCodec {
  readonly file: string;
  readonly decoder: string;
  readonly glue: () => Promise<{ default: Factory }>;
}

const codecs: Readonly<Record<WasmCodecName, WasmCodec>> = {
  charls: {
    file: 'charlswasm_decode.wasm',
    decoder: 'JpegLSDecoder',
    glue: () => import('@cornerstonejs/codec-charls/decodewasmjs'),
  },
  openjpeg: {
    file: 'openjpegwasm_decode.wasm',
    decoder: 'J2KDecoder',
    glue: () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
  },
  openjph: {
    file: 'openjphjs.wasm',
    decoder: 'HTJ2KDecoder',
    glue: () => import('@cornerstonejs/codec-openjph/wasmjs'),
  },
  'libjpeg-turbo': {
    file: 'libjpegturbowasm_decode.wasm',
    decoder: 'JPEGDecoder',
    glue: () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
  },
  libjxl: {
    file: 'jpegxlwasm_decode.wasm',
    decoder: 'JpegXLDecoder',
    glue: () => import('@cornerstonejs/codec-libjxl/decodewasmjs'),
  },
};

/** Decoders by codec, loaded through one loader. */
export class WasmCodecs {
  readonly #load: LoadCodec;
  readonly #binaries = new Map<WasmCodecName, Promise<ArrayBuffer>>();
  readonly #decoders = new Map<WasmCodecName, Promise<Decoder>>();

  constructor(load: LoadCodec) {
    this.#load = load;
  }

  /**
   * Decodes one gray image and hands it to `use` while it is in the decoder's memory.
   * @throws CodecError if the stream cannot be decoded
   */
  async decode(name: WasmCodecName, encoded: Uint8Array, expected: ImageSize, use: UseImage): Promise<void> {
    const decoder = await this.#decoder(name);
    try {
      decoder.getEncodedBuffer(encoded.length).set(encoded);
      decoder.decode();
      const info = decoder.getFrameInfo();
      checkSize({ columns: info.width, rows: info.height, components: info.componentCount }, expected);
      use(view(decoder.getDecodedBuffer(), info.bitsPerSample, info.isSigned === true, expected));
    } catch (error) {
      this.#decoders.delete(name);
      if (error instanceof CodecError) throw error;
      throw new CodecError('Its compressed image is damaged and cannot be decoded.', { cause: error });
    }
  }

  #decoder(name: WasmCodecName): Promise<Decoder> {
    const known = this.#decoders.get(name);
    if (known) return known;
    const decoder = this.#instantiate(name);
    this.#decoders.set(name, decoder);
    // A failed load is not kept, so that the next image tries again.
    decoder.catch(() => this.#decoders.delete(name));
    return decoder;
  }

  async #instantiate(name: WasmCodecName): Promise<Decoder> {
    const codec = codecs[name];
    const binary = this.#binaries.get(name) ?? this.#load(codec.file);
    this.#binaries.set(name, binary);
    try {
      const wasmBinary = await binary;
      const { default: factory } = await codec.glue();
      const quiet = (): void => {};
      const module = await factory({ wasmBinary, locateFile: (file: string) => file, print: quiet, printErr: quiet });
      return new (module[codec.decoder] as new () => Decoder)();
    } catch (error) {
      this.#binaries.delete(name);
      throw new CodecUnavailable(`The decoder ${codec.file} that it needs could not be loaded.`, { cause: error });
    }
  }
}

/** The decoder's bytes as samples of the stream's own type. */
function view(bytes: Uint8Array, precision: number, signed: boolean, { columns, rows }: ImageSize): DecodedImage {
  const { buffer, byteOffset } = bytes;
  const count = columns * rows;
  const width = bytes.length / count;
  if (width === 1) return { samples: signed ? new Int8Array(buffer, byteOffset, count) : bytes, precision, signed };
  if (width === 2) {
    const samples = signed ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
    return { samples, precision, signed };
  }
  if (width === 4) {
    const samples = signed ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count);
    return { samples, precision, signed };
  }
  throw new CodecError(`Its compressed image decodes to ${bytes.length} bytes where ${count} pixels are needed.`);
}
