/**
 * The decoding worker: bytes in, volume out (`src/protocol/decode.ts`).
 *
 * It lives for one scan and keeps nothing else, so ending it gives back all that a decode took.
 */
import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/browser';
import { ScanError, type Volume } from '../../core/volume';
import {
  Bytes,
  Decode,
  type DecodeParams,
  DecodeProgress,
  type DecodeResult,
  End,
  ExpectFiles,
  FirstSlice,
  NeedCodec,
  type WireError,
} from '../../protocol/decode';
import { connect, messagePort } from '../transport/port';
import { dicomFeed } from './dicom';
import type { Feed, FeedEvents } from './feed';
import { niftiFeed } from './nifti';

const connection = connect(messagePort(self as unknown as Worker), true);

const events: FeedEvents = {
  loadCodec: (file) => connection.sendRequest(NeedCodec, { file }),
  progress: (done, total) => void connection.sendNotification(DecodeProgress, { done, total }),
  firstSlice: (volume) => void connection.sendNotification(FirstSlice, { volume }),
};

function feedFor(params: DecodeParams): Feed {
  return params.kind === 'dicom' ? dicomFeed(params, events) : niftiFeed(params, events);
}

let feed: Feed | undefined;
/** The decode's end: everything given has been taken, or something was wrong. */
const finished = Promise.withResolvers<Volume>();
finished.promise.catch(() => undefined);

connection.onRequest(Decode, async (params): Promise<DecodeResult | ResponseError<WireError>> => {
  try {
    feed = feedFor(params);
    const volume = await finished.promise;
    return { volume, sha256: await sha256(volume.voxels) };
  } catch (error) {
    return asResponse(error, params.name);
  }
});
connection.onNotification(ExpectFiles, ({ count }) => feed?.expect(count));
connection.onNotification(Bytes, ({ file, chunk, last }) => {
  feed?.bytes(file, chunk, last).catch(finished.reject);
});
connection.onNotification(End, () => {
  feed?.end().then(finished.resolve, finished.reject);
});
connection.listen();

/** SHA-256 of voxels as they lie in memory; every machine that browsers run on is little-endian. */
async function sha256(voxels: Volume['voxels']): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', voxels as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function asResponse(error: unknown, name: string): ResponseError<WireError> {
  const known =
    error instanceof ScanError
      ? error
      : new ScanError(
          name,
          error instanceof RangeError
            ? `There is not enough memory for it (${error.message}).`
            : `It could not be decoded (${error instanceof Error ? error.message : String(error)}).`,
          'Close other scans and try again, or convert it with another program.',
        );
  const { file, problem, remedy } = known;
  return new ResponseError(ErrorCodes.InternalError, known.message, { file, problem, remedy });
}
