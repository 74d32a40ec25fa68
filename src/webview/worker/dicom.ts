import { DicomDecoder } from '../../core/formats/dicom';
import type { Volume } from '../../core/volume';
import type { DecodeParams } from '../../protocol/decode';
import type { Feed, FeedEvents } from './feed';

/** A DICOM series: files come whole, in any order, the opened one first. */
export function dicomFeed({ name }: DecodeParams, events: FeedEvents): Feed {
  const decoder = new DicomDecoder({
    name,
    opened: name,
    loadCodec: events.loadCodec,
    onProgress: events.progress,
    onFirstSlice: events.firstSlice,
  });
  return {
    expect: (count) => {
      decoder.expectedFiles = count;
    },
    bytes: (file, chunk) => decoder.push(file, chunk),
    end: (): Promise<Volume> => decoder.finish(),
  };
}
