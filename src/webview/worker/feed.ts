import type { Volume } from '../../core/volume';

/** What a decode asks and tells while it runs. */
export interface FeedEvents {
  loadCodec(file: string): Promise<ArrayBuffer>;
  progress(done: number, total: number): void;
  firstSlice(volume: Volume): void;
}

/** A decoder that is fed bytes. */
export interface Feed {
  expect(count: number): void;
  /** The next bytes of a file; rejects when the scan cannot be read. */
  bytes(file: string, chunk: Uint8Array, last: boolean): Promise<void>;
  /** All files have been given: the volume. */
  end(): Promise<Volume>;
}
