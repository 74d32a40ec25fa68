import { NiftiDecoder } from '../../core/formats/nifti';
import type { DecodeParams } from '../../protocol/decode';
import type { Feed, FeedEvents } from './feed';

/** A NIfTI file as a stream of chunks; of a pair, the .hdr comes first and whole. */
export function niftiFeed({ name, timePoint, length, header }: DecodeParams, events: FeedEvents): Feed {
  const headerChunks: Uint8Array[] = [];
  let decoder: NiftiDecoder | undefined;
  /** The decoder takes one chunk after the other. */
  let queue: Promise<void> = Promise.resolve();

  const begin = async (): Promise<NiftiDecoder> => {
    const headerBytes = header ? await new Blob(headerChunks as Uint8Array<ArrayBuffer>[]).bytes() : undefined;
    decoder ??= new NiftiDecoder(name, {
      progress: events.progress,
      firstSlice: events.firstSlice,
      ...(timePoint === undefined ? {} : { timePoint }),
      ...(length === undefined ? {} : { length }),
      ...(headerBytes ? { header: headerBytes } : {}),
    });
    return decoder;
  };
  const enqueue = (work: () => Promise<void>): Promise<void> => {
    queue = queue.then(work);
    return queue;
  };
  return {
    expect: () => undefined,
    bytes: (file, chunk) => {
      if (file === header) {
        headerChunks.push(chunk);
        return Promise.resolve();
      }
      return enqueue(async () => (decoder ?? (await begin())).push(chunk));
    },
    end: async () => {
      await queue;
      return (decoder ?? (await begin())).end();
    },
  };
}
