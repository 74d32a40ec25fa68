/** Depth to which a message is searched for buffers: params, a volume, its voxels. */
const SEARCH_DEPTH = 5;

/** The buffers of all typed arrays in a message, each once; plain values are passed over. */
export function transferables(value: unknown, depth = SEARCH_DEPTH, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (typeof value !== 'object' || value === null) return found;
  if (value instanceof ArrayBuffer) return found.add(value);
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? found.add(value.buffer) : found;
  if (depth > 0) for (const item of Object.values(value)) transferables(item, depth - 1, found);
  return found;
}
