/**
 * Tensors in requests and answers of the Open Inference Protocol, version 2, over HTTP: numbers in JSON, or
 * bytes after the JSON where a server has the extension for binary tensor data.
 * https://github.com/kserve/open-inference-protocol and, for the extension,
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
import type { TensorValue } from '../session/network';

/** Length of the JSON in a body that goes on with tensors, in bytes. */
export const JSON_LENGTH = 'Inference-Header-Content-Length';

/** An answer that does not keep to the protocol, or does not hold what was asked for. The message goes on from "the server". */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

export interface EncodedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** More elements than this in one output are no answer to one picture or patch. */
const MOST_ELEMENTS = 2 ** 28;

/**
 * Body of a request for a run.
 * @param binary Whether tensors go, and are to come, as bytes.
 */
export function encodeRequest(
  input: Readonly<Record<string, TensorValue>>,
  outputs: readonly string[],
  binary: boolean,
): EncodedRequest {
  const inputs = Object.entries(input).map(([name, { dims, data }]) => ({
    name,
    shape: dims,
    datatype: 'FP32',
    ...(binary ? { parameters: { binary_data_size: data.byteLength } } : { data: Array.from(data, shortest) }),
  }));
  const wanted = outputs.map((name) => ({ name, ...(binary && { parameters: { binary_data: true } }) }));
  const json = JSON.stringify({ inputs, outputs: wanted });
  if (!binary) return { headers: { 'content-type': 'application/json' }, body: json };
  const start = new TextEncoder().encode(json);
  const parts = [start, ...Object.values(input).map(({ data }) => littleEndian(data))];
  const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return { headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH]: String(start.length) }, body };
}

/** Nine significant digits bring a float32 back exactly, and are half as long as a double's. */
const shortest = (value: number): number => Number(value.toPrecision(9));

/**
 * Tensors of an answer, by name.
 * @param jsonLength What the answer's header says; null where all of it is JSON.
 * Throws ProtocolError.
 */
export function decodeAnswer(
  body: Uint8Array,
  jsonLength: string | null,
  outputs: readonly string[],
): Record<string, TensorValue> {
  const length = jsonLength === null ? body.length : Number(jsonLength);
  if (!Number.isInteger(length) || length < 0 || length > body.length) {
    throw new ProtocolError(`says that ${jsonLength} of the ${body.length} bytes of its answer are JSON.`);
  }
  const found = tensorsOf(parseObject(body.subarray(0, length)));
  const values = new Map<string, TensorValue>();
  let at = length;
  for (const tensor of found) {
    const { name, shape, datatype, size } = tensor;
    if (datatype !== 'FP32') throw new ProtocolError(`gave the output "${name}" as ${datatype}, not FP32.`);
    const count = shape.reduce((product, one) => product * one, 1);
    if (count > MOST_ELEMENTS) throw new ProtocolError(`gave the output "${name}" of the shape [${shape.join(', ')}].`);
    if (size !== undefined && at + size > body.length) throw new ProtocolError(`ended its answer within "${name}".`);
    const data =
      size === undefined ? fromNumbers(tensor.data, count, name) : fromBytes(body.subarray(at, at + size), count, name);
    at += size ?? 0;
    values.set(name, { type: 'float32', dims: shape, data });
  }
  return Object.fromEntries(
    outputs.map((name) => {
      const value = values.get(name);
      if (value) return [name, value];
      const names = [...values.keys()].map((one) => `"${one}"`).join(', ');
      throw new ProtocolError(`gave no output "${name}", but ${names || 'none'}.`);
    }),
  );
}

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: unknown;
  /** Bytes after the JSON. */
  readonly size: number | undefined;
}

function tensorsOf({ outputs }: Readonly<Record<string, unknown>>): Described[] {
  if (!Array.isArray(outputs)) throw new ProtocolError('answered without "outputs".');
  return outputs.map((output: unknown) => {
    const { name, shape, datatype, data, parameters } = fieldsOf(output);
    const size = fieldsOf(parameters).binary_data_size;
    const isCount = (one: unknown): one is number => typeof one === 'number' && Number.isInteger(one) && one >= 0;
    if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape) || !shape.every(isCount)) {
      throw new ProtocolError('answered with an output that has no name, shape or datatype.');
    }
    if (size !== undefined && !isCount(size)) throw new ProtocolError(`gave no size for the bytes of "${name}".`);
    return { name, shape, datatype, data, size };
  });
}

/** An answer's JSON. Throws ProtocolError where it is no object. */
export function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    throw new ProtocolError(`answered with what is not JSON (${error instanceof Error ? error.message : error}).`);
  }
  if (typeof value === 'object' && value !== null) return fieldsOf(value);
  throw new ProtocolError('answered with JSON that is no object.');
}

/** Fields of a value that should be an object; none where it is not. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

/** Numbers of a tensor, flat or nested as its shape. */
function fromNumbers(data: unknown, count: number, name: string): Float32Array {
  const numbers: unknown[] = Array.isArray(data) ? data.flat(Number.POSITIVE_INFINITY) : [];
  if (numbers.length !== count) {
    throw new ProtocolError(`gave ${numbers.length} numbers for "${name}", whose shape has ${count}.`);
  }
  return Float32Array.from(numbers, (one) => {
    if (typeof one === 'number') return one;
    throw new ProtocolError(`gave something else than numbers for "${name}".`);
  });
}

function fromBytes(bytes: Uint8Array, count: number, name: string): Float32Array {
  if (bytes.length !== count * 4) {
    throw new ProtocolError(`gave ${bytes.length} bytes for "${name}", whose shape has ${count} numbers.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float32Array.from({ length: count }, (_, n) => view.getFloat32(n * 4, true));
}

function littleEndian(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.byteLength);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < data.length; n++) view.setFloat32(n * 4, data[n] ?? 0, true);
  return bytes;
}
