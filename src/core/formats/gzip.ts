/**
 * Gzip (RFC 1952) as a stream of chunks.
 *
 * The platform's DecompressionStream does the work: on a CT of 35 MB it inflates 260 MB/s and
 * checks the CRC, where fflate's streaming Gunzip makes 130 MB/s without a check. Platforms differ
 * in what they allow after the first member (Chromium refuses any, node takes further members but
 * no other bytes), so when the platform gives up, fflate reads the same bytes once more: data in
 * several members (bgzip) and with padding behind them come through, damaged data does not.
 */
import { Gunzip } from 'fflate';

/** Input is cut to this, so that a chunk cannot inflate to more than about 128 MB at once, even of zeros. */
const LARGEST_CHUNK = 128 * 1024;

/** Deflate cannot expand more than 1032 times (zlib's technical notes). */
export const LARGEST_EXPANSION = 1032;

/** Gzip data that is damaged or cut short. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
  constructor(
    message: string,
    readonly truncated: boolean,
  ) {
    super(message);
  }
}

/** A compression stream, reduced to what is done with it here. Bytes are never in shared memory. */
interface ByteTransform {
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: unknown }>;
      cancel(reason?: unknown): Promise<void>;
    };
  };
  readonly writable: {
    getWriter(): {
      write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
      close(): Promise<void>;
      abort(reason?: unknown): Promise<void>;
    };
  };
}

/** Takes gzip data in chunks of any size and hands the inflated bytes on, in order. */
export class GunzipStream {
  /** Everything that came in, for the second attempt; chunks are kept, not copied. */
  readonly #input: Uint8Array[] = [];
  readonly #writer: ReturnType<ByteTransform['writable']['getWriter']>;
  readonly #reader: ReturnType<ByteTransform['readable']['getReader']>;
  readonly #reading: Promise<void>;
  readonly #output: (bytes: Uint8Array) => void;
  #delivered = 0;
  #platformFailed = false;
  #outputError: unknown;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  /**
   * @param output Is given inflated bytes, valid only during the call. What it throws ends the
   * stream and is thrown again by `push` or `end`.
   */
  constructor(output: (bytes: Uint8Array) => void) {
    this.#output = output;
    const { readable, writable }: ByteTransform = new DecompressionStream('gzip');
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return;
        this.#deliver(value);
      }
    } catch {
      this.#platformFailed = true;
    }
  }

  #deliver(bytes: Uint8Array): void {
    try {
      this.#output(bytes);
      this.#delivered += bytes.length;
    } catch (error) {
      this.#outputError ??= error;
      this.cancel();
      throw error;
    }
  }

  #throwOutputError(): void {
    if (this.#outputError !== undefined) throw this.#outputError;
  }

  /** Takes the next bytes, which must not change afterwards; settles when it is time for more. */
  async push(bytes: Uint8Array): Promise<void> {
    this.#throwOutputError();
    this.#input.push(bytes);
    // Small writes cost more in promises than in inflating: gather them.
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= LARGEST_CHUNK) await this.#flush();
    this.#throwOutputError();
  }

  async #flush(): Promise<void> {
    const bytes = concatenate(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      for (let at = 0; at < bytes.length && !this.#platformFailed; at += LARGEST_CHUNK)
        await this.#writer.write(bytes.subarray(at, at + LARGEST_CHUNK) as Uint8Array<ArrayBuffer>);
    } catch {
      this.#platformFailed = true;
    }
  }

  /**
   * Settles when everything has been handed on and was found whole.
   * @throws GzipError if the data is damaged or cut short.
   */
  async end(): Promise<void> {
    await this.#flush();
    try {
      if (!this.#platformFailed) await this.#writer.close();
    } catch {
      this.#platformFailed = true;
    }
    await this.#reading;
    this.#throwOutputError();
    if (this.#platformFailed) this.#readAgain();
  }

  /** Stops without reading further. */
  cancel(): void {
    const ignore = (): void => {};
    this.#writer.abort().catch(ignore);
    this.#reader.cancel().catch(ignore);
  }

  #readAgain(): void {
    let skip = this.#delivered;
    let crc = 0;
    let size = 0;
    const total = this.#input.reduce((sum, { length }) => sum + length, 0);
    let memberStart = 0;
    const gunzip = new Gunzip((bytes) => {
      crc = crc32(bytes, crc);
      size += bytes.length;
      const skipped = Math.min(skip, bytes.length);
      skip -= skipped;
      if (bytes.length > skipped) this.#deliver(bytes.subarray(skipped));
    });
    gunzip.onmember = (offset) => {
      this.#checkTrailer(crc, size, offset - 8, offset - 8);
      memberStart = offset;
      crc = 0;
      size = 0;
    };
    try {
      let seen = 0;
      for (const bytes of this.#input)
        for (let at = 0; at < bytes.length; at += LARGEST_CHUNK) {
          const chunk = bytes.subarray(at, at + LARGEST_CHUNK);
          seen += chunk.length;
          gunzip.push(chunk, seen === total);
        }
    } catch (error) {
      this.#throwOutputError();
      if (error instanceof GzipError) throw error;
      // fflate's error 0 is the end of the data inside a block. Its others may come from bytes
      // behind the last member, in which case that member's trailer is there and right.
      if ((error as { code?: number }).code === 0) throw new GzipError('the compressed data ends too early', true);
    }
    this.#checkTrailer(crc, size, memberStart, total - 8);
  }

  /** The trailer (CRC-32 and size of the inflated data) must begin at one of the offsets `from` to `to`. */
  #checkTrailer(crc: number, size: number, from: number, to: number): void {
    const trailer = new Uint8Array(8);
    const view = new DataView(trailer.buffer);
    view.setUint32(0, crc, true);
    view.setUint32(4, size, true);
    const bytes = concatenate(this.#input, Math.max(0, to + 8)).subarray(Math.max(0, from));
    for (let at = bytes.length - 8; at >= 0; at--) if (trailer.every((byte, n) => bytes[at + n] === byte)) return;
    throw new GzipError('the compressed data is damaged (its checksum does not fit)', false);
  }
}

/** The first `length` bytes of the chunks in a row. */
function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0]?.length === length) return chunks[0];
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    if (at >= length) break;
    all.set(chunk.subarray(0, length - at), at);
    at += chunk.length;
  }
  return all;
}

/** Bytes as one gzip member (compression level of the platform, usually 6). */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const { readable, writable }: ByteTransform = new CompressionStream('gzip');
  const writer = writable.getWriter();
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  const reader = readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  await written;
  return concatenate(chunks, length);
}

/** CRC-32 (polynomial 0xEDB88320) of bytes, continuing from `previous`; unsigned. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
