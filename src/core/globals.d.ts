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
/** Of the Compression Streams standard: what the streams look like to core is said where it uses them. */
declare class DecompressionStream {
  constructor(format: 'gzip');
  readonly readable: never;
  readonly writable: never;
}
declare class CompressionStream {
  constructor(format: 'gzip');
  readonly readable: never;
  readonly writable: never;
}
declare class MessageChannel {
  readonly port1: { onmessage: (() => void) | null; close(): void };
  readonly port2: { postMessage(message: unknown): void };
}
