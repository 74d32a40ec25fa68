/**
 * The outermost fields of an ONNX file, read without the graph between them.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (ModelProto).
 */
import type { OnnxHeader } from './graph';
import { ProtobufError, protobufFields } from './protobuf';

/** Field numbers of ModelProto. */
const [PRODUCER, PRODUCER_VERSION, DESCRIPTION, OPSETS, METADATA] = [2, 3, 6, 8, 14];

/** Longer texts are of no use to people. Characters. */
const LONGEST = 2000;

/** Reads what a file says of itself. What is damaged or not there is left out; nothing is thrown. */
export function readOnnxHeader(bytes: Uint8Array): OnnxHeader {
  const texts = new Map<number, string>();
  const metadata: Record<string, string> = {};
  let opset: number | undefined;
  try {
    for (const { field, value } of protobufFields(bytes)) {
      if (typeof value === 'number') continue;
      if (field === PRODUCER || field === PRODUCER_VERSION || field === DESCRIPTION) texts.set(field, textOf(value));
      else if (field === OPSETS) opset = opsetOf(value) ?? opset;
      else if (field === METADATA) {
        const [key, text] = entryOf(value);
        if (key !== '') metadata[key] = text;
      }
    }
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
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

/** Version of an OperatorSetIdProto (1 domain, 2 version) of ONNX's own operators. */
function opsetOf(bytes: Uint8Array): number | undefined {
  const fields = [...protobufFields(bytes)];
  const domain = fields.find(({ field }) => field === 1)?.value;
  const version = fields.find(({ field }) => field === 2)?.value;
  const own = domain === undefined || (typeof domain !== 'number' && ['', 'ai.onnx'].includes(textOf(domain)));
  return own && typeof version === 'number' ? version : undefined;
}

/** Key and value of a StringStringEntryProto (1 key, 2 value). */
function entryOf(bytes: Uint8Array): readonly [string, string] {
  const texts = new Map<number, string>();
  for (const { field, value } of protobufFields(bytes)) if (typeof value !== 'number') texts.set(field, textOf(value));
  return [texts.get(1) ?? '', texts.get(2) ?? ''];
}

const decoder = new TextDecoder();
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes.subarray(0, 4 * LONGEST)).slice(0, LONGEST);
