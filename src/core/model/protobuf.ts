/** Protocol buffers' wire format: https://protobuf.dev/programming-guides/encoding. */

export interface ProtobufField {
  readonly field: number;
  /** A number for what is stored as a varint, otherwise the field's bytes. */
  readonly value: number | Uint8Array;
}

/** A message that does not follow the format. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/**
 * The fields of a message, in order, without copying. Throws ProtobufError where it is damaged, or has
 * groups, which ONNX does not use: another reader could see there what this one does not.
 */
export function* protobufFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (let n = 0; n < 10; n++) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    throw new ProtobufError('a number does not end');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new ProtobufError('a field reaches beyond its message');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag >= 2 ** 32 || tag < 8) throw new ProtobufError('a field has no number');
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) yield { field, value: varint() };
    else if (type === 1) yield { field, value: take(8) };
    else if (type === 2) yield { field, value: take(varint()) };
    else if (type === 5) yield { field, value: take(4) };
    else throw new ProtobufError('a field has an unknown type');
  }
}
