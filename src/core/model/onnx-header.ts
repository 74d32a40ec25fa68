/**
 * The outermost fields of an ONNX file, read without the graph between them.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (ModelProto), in protocol buffers'
 * wire format: https://protobuf.dev/programming-guides/encoding.
 */
import type { OnnxHeader } from './graph';

/** Field numbers of ModelProto. */
const [PRODUCER, PRODUCER_VERSION, DESCRIPTION, OPSETS, METADATA] = [2, 3, 6, 8, 14];

/** Longer texts are of no use to people. Characters. */
const LONGEST = 2000;

/** Reads what a file says of itself. What is damaged or not there is left out; nothing is thrown. */
export function readOnnxHeader(bytes: Uint8Array): OnnxHeader {
  const texts = new Map<number, string>();
  const metadata: Record<string, string> = {};
  let opset: number | undefined;
  for (const { field, value } of fieldsOf(bytes)) {
    if (typeof value === 'number') continue;
    if (field === PRODUCER || field === PRODUCER_VERSION || field === DESCRIPTION) texts.set(field, textOf(value));
    else if (field === OPSETS) opset = opsetOf(value) ?? opset;
    else if (field === METADATA) {
      const [key, text] = entryOf(value);
      if (key !== '') metadata[key] = text;
    }
  }
  const producer = [texts.get(PRODUCER), texts.get(PRODUCER_VERSION)].filter(Boolean).join(' ');
  const description = texts.get(DESCRIPTION);
  return {
    ...(producer !== '' && { producer }),
    ...(opset !== undefined && { opset }),
    ...(description && { description }),
    metadata,
  };
}

interface Field {
  readonly field: number;
  /** A number for what is stored as one, otherwise the field's bytes. */
  readonly value: number | Uint8Array;
}

/** The fields of a message, up to where it is damaged. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const number = (): number => {
    let [value, factor] = [0, 1];
    for (let n = 0; n < 10; n++) {
      const byte = bytes[at++];
      if (byte === undefined) return Number.NaN;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = number();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) yield { field, value: number() };
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = number();
      // Also when it is no number.
      if (!(at + length <= bytes.length)) return;
      yield { field, value: bytes.subarray(at, at + length) };
      at += length;
    } else return;
  }
}

/** Version of an OperatorSetIdProto (1 domain, 2 version) of ONNX's own operators. */
function opsetOf(bytes: Uint8Array): number | undefined {
  const fields = [...fieldsOf(bytes)];
  const domain = fields.find(({ field }) => field === 1)?.value;
  const version = fields.find(({ field }) => field === 2)?.value;
  const own = domain === undefined || (typeof domain !== 'number' && ['', 'ai.onnx'].includes(textOf(domain)));
  return own && typeof version === 'number' ? version : undefined;
}

/** Key and value of a StringStringEntryProto (1 key, 2 value). */
function entryOf(bytes: Uint8Array): readonly [string, string] {
  const texts = new Map<number, string>();
  for (const { field, value } of fieldsOf(bytes)) if (typeof value !== 'number') texts.set(field, textOf(value));
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes.subarray(0, 4 * LONGEST)).slice(0, LONGEST);
