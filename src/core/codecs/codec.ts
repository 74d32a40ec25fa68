/** What every pixel decoder takes and gives. */

/** Bytes of a codec's .wasm file by its name. */
export type LoadCodec = (file: string) => Promise<ArrayBuffer>;

/** The size that the file's header gives: a stream that says otherwise is not decoded. */
export interface ImageSize {
  readonly columns: number;
  readonly rows: number;
}

/** Samples of one decoded gray image, row by row. */
export interface DecodedImage {
  /** May be a view into a decoder's memory: to be copied before anything else is awaited. */
  readonly samples: Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array;
  /** Bits per sample of the stream. */
  readonly precision: number;
  /** True if the stream itself says that its samples are signed; the samples are then sign-extended. */
  readonly signed: boolean;
}

/** Takes a decoded image, at once: afterwards its samples may change. */
export type UseImage = (image: DecodedImage) => void;

/** A stream that cannot be decoded. `message` is one sentence for the user, without the file's name. */
export class CodecError extends Error {
  override readonly name: string = 'CodecError';
}

/** A decoder that could not be loaded: nothing is wrong with the file. */
export class CodecUnavailable extends CodecError {
  override readonly name = 'CodecUnavailable';
}

/** Refuses a stream whose size is not the header's, before anything is allocated for it. */
export function checkSize(stream: ImageSize & { readonly components: number }, expected: ImageSize): void {
  if (stream.components !== 1)
    throw new CodecError(
      `Its compressed image has ${stream.components} color components; only gray images have Hounsfield units.`,
    );
  if (stream.columns !== expected.columns || stream.rows !== expected.rows)
    throw new CodecError(
      `Its compressed image is ${stream.columns} x ${stream.rows} pixels, but the header says ${expected.columns} x ${expected.rows}.`,
    );
}
