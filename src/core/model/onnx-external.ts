/**
 * Whether a network takes values from outside of its file. ONNX allows tensors to name another file,
 * and ONNX Runtime a place in memory; a network from a stranger could read with them what is not its own.
 * Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { protobufFields } from './protobuf';

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training';

/** The fields of each message that hold tensors, or messages that hold them, by number. */
const HOLDERS: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

/** TensorProto: where the values are when they are not in it, and that they are not (0: they are). */
const [EXTERNAL_DATA, DATA_LOCATION] = [13, 14];

/** Graphs within graphs, as of loops and conditions; networks have two or three. */
const DEEPEST = 64;

/** Whether any tensor of a network says that its values are elsewhere. Throws ProtobufError for what is no ONNX file. */
export function takesExternalData(bytes: Uint8Array): boolean {
  return looksOut(bytes, 'model', 0);
}

function looksOut(bytes: Uint8Array, kind: Kind, depth: number): boolean {
  if (depth > DEEPEST) return true;
  for (const { field, value } of protobufFields(bytes)) {
    if (kind === 'tensor' && (field === EXTERNAL_DATA || (field === DATA_LOCATION && value !== 0))) return true;
    const inner = HOLDERS[kind][field];
    if (inner && typeof value !== 'number' && looksOut(value, inner, depth + 1)) return true;
  }
  return false;
}
