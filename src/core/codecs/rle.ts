import { CodecError, type DecodedImage, type ImageSize } from './codec';

/**
 * Decodes one frame of RLE Lossless: DICOM PS3.5 annex G. One PackBits segment for each byte of a
 * sample, the most significant first.
 * @param bytesPerSample 1, 2 or 4
 */
export function decodeRle(encoded: Uint8Array, size: ImageSize, bytesPerSample: number): DecodedImage {
  if (encoded.length < 64) throw new CodecError('Its RLE header is cut off.');
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length);
  const segments = view.getUint32(0, true);
  if (segments !== bytesPerSample)
    throw new CodecError(`Its RLE image has ${segments} segments where ${bytesPerSample} are needed.`);
  const count = size.columns * size.rows;
  const output = new Uint8Array(count * bytesPerSample);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : encoded.length;
    if (start < 64 || end > encoded.length || start > end)
      throw new CodecError('Its RLE segments lie outside the data.');
    unpack(encoded.subarray(start, end), output, bytesPerSample - 1 - segment, bytesPerSample);
  }
  const samples =
    bytesPerSample === 1
      ? output
      : bytesPerSample === 2
        ? new Uint16Array(output.buffer)
        : new Uint32Array(output.buffer);
  return { samples, precision: bytesPerSample * 8, signed: false };
}

/** PackBits expands two bytes to at most 128: a stream that is too short for its image is refused before that is allocated. */
export function checkRleLength(encoded: Uint8Array, size: ImageSize, bytesPerSample: number): void {
  if (encoded.length * 64 < size.columns * size.rows * bytesPerSample)
    throw new CodecError('Its RLE data end before the image is full.');
}

/** PackBits into every `step`-th byte of the output, from `offset` on. */
function unpack(packed: Uint8Array, output: Uint8Array, offset: number, step: number): void {
  const end = output.length;
  let to = offset;
  let from = 0;
  while (to < end && from < packed.length) {
    const control = packed[from++] ?? 0;
    if (control < 128) {
      const stop = Math.min(from + control + 1, packed.length);
      while (from < stop && to < end) {
        output[to] = packed[from++] ?? 0;
        to += step;
      }
    } else if (control > 128) {
      const value = packed[from++] ?? 0;
      const stop = Math.min(end, to + (257 - control) * step);
      for (; to < stop; to += step) output[to] = value;
    }
  }
  if (to < end) throw new CodecError('Its RLE data end before the image is full.');
}
