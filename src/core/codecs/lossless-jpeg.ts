import { Decoder } from '@cornerstonejs/jpeg-lossless-decoder-js';
import { CodecError, type DecodedImage, type ImageSize } from './codec';
import { jpegHeader } from './stream-size';

/**
 * Decodes lossless JPEG (process 14, all selection values): ITU-T T.81 annex H.
 * @param expected size of the image, which the caller has found in the stream's header
 * @throws CodecError if the stream is damaged or is not lossless JPEG
 */
export function decodeLosslessJpeg(encoded: Uint8Array, expected: ImageSize): DecodedImage {
  const header = jpegHeader(encoded);
  if (header.marker !== 0xc3) throw new CodecError('Its image is said to be lossless JPEG, but is not.');
  const bytesPerSample = header.precision > 8 ? 2 : 1;
  const { buffer, byteOffset, length } = encoded;
  let decoded: ArrayBuffer | Uint8Array | Uint16Array;
  try {
    decoded = new Decoder(undefined, bytesPerSample).decode(buffer as ArrayBuffer, byteOffset, length, bytesPerSample);
  } catch (error) {
    throw new CodecError('Its lossless JPEG image is damaged and cannot be decoded.', { cause: error });
  }
  const bytes = ArrayBuffer.isView(decoded) ? decoded : new Uint8Array(decoded);
  const count = expected.columns * expected.rows;
  if (bytes.byteLength < count * bytesPerSample) throw new CodecError('Its lossless JPEG image is cut off.');
  const samples =
    bytesPerSample === 2
      ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
      : new Uint8Array(bytes.buffer, bytes.byteOffset, count);
  return { samples, precision: header.precision, signed: false };
}
