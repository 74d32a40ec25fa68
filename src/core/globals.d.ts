/**
 * The few web-platform globals that node, browsers and workers all have and that core may use.
 * core has neither DOM nor node types, so they are declared here, as narrowly as they are used.
 */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(input?: ArrayBufferView | ArrayBuffer, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}
/** A transform from the Compression Streams standard, reduced to what core does with it. */
interface ByteTransform {
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: false; value: Uint8Array } | { done: true; value?: undefined }>;
      cancel(reason?: unknown): Promise<void>;
    };
  };
  readonly writable: {
    getWriter(): {
      write(chunk: Uint8Array): Promise<void>;
      close(): Promise<void>;
      abort(reason?: unknown): Promise<void>;
    };
  };
}
declare const DecompressionStream: new (format: 'gzip') => ByteTransform;
declare const CompressionStream: new (format: 'gzip') => ByteTransform;
declare function setTimeout(callback: () => void, milliseconds: number): unknown;
