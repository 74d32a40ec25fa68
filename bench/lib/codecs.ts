/** The DICOM codecs by themselves: to make compressed files from plain ones, and to decode without anything around. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned: boolean;
  readonly isUsingColorTransform: boolean;
}

interface Encoder {
  getDecodedBuffer(info: FrameInfo): Uint8Array;
  setQuality?(lossless: boolean, quality: number): void;
  setNearLossless?(near: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
}

interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
}

export interface Codec {
  readonly name: string;
  readonly transferSyntax: string;
  /** Module with both directions, and the one with which we decode. */
  readonly full: string;
  readonly fullWasm: string;
  readonly decode: string;
  readonly decodeWasm: string;
  readonly encoder: string;
  readonly decoder: string;
}

export const CODECS: readonly Codec[] = [
  {
    name: 'JPEG-LS',
    transferSyntax: '1.2.840.10008.1.2.4.80',
    full: '@cornerstonejs/codec-charls/wasmjs',
    fullWasm: '@cornerstonejs/codec-charls/wasm',
    decode: '@cornerstonejs/codec-charls/decodewasmjs',
    decodeWasm: '@cornerstonejs/codec-charls/decodewasm',
    encoder: 'JpegLSEncoder',
    decoder: 'JpegLSDecoder',
  },
  {
    name: 'JPEG 2000',
    transferSyntax: '1.2.840.10008.1.2.4.90',
    full: '@cornerstonejs/codec-openjpeg/wasmjs',
    fullWasm: '@cornerstonejs/codec-openjpeg/wasm',
    decode: '@cornerstonejs/codec-openjpeg/decodewasmjs',
    decodeWasm: '@cornerstonejs/codec-openjpeg/decodewasm',
    encoder: 'J2KEncoder',
    decoder: 'J2KDecoder',
  },
  {
    name: 'HTJ2K',
    transferSyntax: '1.2.840.10008.1.2.4.201',
    full: '@cornerstonejs/codec-openjph/wasmjs',
    fullWasm: '@cornerstonejs/codec-openjph/wasm',
    decode: '@cornerstonejs/codec-openjph/wasmjs',
    decodeWasm: '@cornerstonejs/codec-openjph/wasm',
    encoder: 'HTJ2KEncoder',
    decoder: 'HTJ2KDecoder',
  },
];

async function instance<T>(glue: string, wasm: string, name: string): Promise<T> {
  const factory = require(glue) as (options: object) => Promise<Record<string, new () => T>>;
  const quiet = (): void => {};
  const module = await factory({ wasmBinary: readFileSync(require.resolve(wasm)), print: quiet, printErr: quiet });
  const made = module[name];
  if (!made) throw new Error(`${glue} has no ${name}.`);
  return new made();
}

/** Compresses unsigned 16-bit images without loss. */
export async function encoderOf(
  codec: Codec,
): Promise<(image: Uint8Array, width: number, height: number) => Uint8Array> {
  const encoder = await instance<Encoder>(codec.full, codec.fullWasm, codec.encoder);
  return (image, width, height) => {
    encoder
      .getDecodedBuffer({
        width,
        height,
        bitsPerSample: 16,
        componentCount: 1,
        isSigned: false,
        isUsingColorTransform: false,
      })
      .set(image);
    if (codec.encoder === 'JpegLSEncoder') encoder.setNearLossless?.(0);
    else encoder.setQuality?.(true, 0);
    encoder.encode();
    // A view of the codec's memory, in one build of another kind of array.
    return Uint8Array.from(encoder.getEncodedBuffer());
  };
}

/** Decompresses; what comes back is the codec's own memory. */
export async function decoderOf(codec: Codec): Promise<(encoded: Uint8Array) => Uint8Array> {
  const decoder = await instance<Decoder>(codec.decode, codec.decodeWasm, codec.decoder);
  return (encoded) => {
    decoder.getEncodedBuffer(encoded.length).set(encoded);
    decoder.decode();
    return decoder.getDecodedBuffer();
  };
}

/** The file with its pixel data, given as one compressed frame, and the transfer syntax that says so. `pixels`: where the plain pixel data element starts. */
export function encapsulated(
  file: Uint8Array,
  dataSet: number,
  pixels: number,
  frame: Uint8Array,
  syntax: string,
): Uint8Array {
  const uid = new TextEncoder().encode(syntax.length % 2 === 0 ? syntax : `${syntax}\0`);
  const meta = Buffer.concat([Buffer.from([2, 0, 0x10, 0, 0x55, 0x49, uid.length, 0]), uid]);
  const length = Buffer.alloc(12);
  length.set([2, 0, 0, 0, 0x55, 0x4c, 4, 0]);
  length.writeUInt32LE(meta.length, 8);
  const padded = Buffer.concat([frame, Buffer.alloc(frame.length % 2)]);
  const item = Buffer.alloc(8);
  item.set([0xfe, 0xff, 0x00, 0xe0]);
  item.writeUInt32LE(padded.length, 4);
  return Buffer.concat([
    file.subarray(0, 132),
    length,
    meta,
    file.subarray(dataSet, pixels),
    Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]),
    item,
    padded,
    Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
  ]);
}
