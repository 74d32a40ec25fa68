import { Inflate } from 'fflate';

export interface Inflated {
  readonly bytes: Uint8Array;
  /** The stream came to its end. */
  readonly ended: boolean;
  /** The stream is damaged or cut off: `bytes` is what came before. */
  readonly damaged: boolean;
}

/**
 * Inflates a raw deflate stream (RFC 1951) up to about `limit` bytes, so that the output is bounded
 * whatever the stream says.
 */
export function inflate(deflated: Uint8Array, limit: number): Inflated {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  let damaged = false;
  const stream = new Inflate((chunk, final) => {
    chunks.push(chunk);
    size += chunk.length;
    ended = final;
  });
  const step = 1 << 14;
  try {
    for (let at = 0; at < deflated.length && !ended && size < limit; at += step)
      stream.push(deflated.subarray(at, at + step), at + step >= deflated.length);
  } catch {
    damaged = true;
  }
  if (!ended && size < limit) damaged = true;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return { bytes, ended, damaged };
}
