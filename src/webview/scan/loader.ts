/**
 * Brings a scan from its address to voxels: fetches bytes, feeds them to a decoding worker.
 *
 * One loader is one attempt. Invariants: after `cancel` or a failure nothing is reported any more,
 * and the worker, with all its memory, is gone; it is gone too once the volume has arrived.
 */
import { ErrorCodes, type MessageConnection, ResponseError } from 'vscode-jsonrpc/browser';
import { ScanError, type Volume } from '../../core/volume';
import {
  Bytes,
  Decode,
  DecodeProgress,
  type DecodeResult,
  End,
  ExpectFiles,
  FirstSlice,
  NeedCodec,
  type WireError,
} from '../../protocol/decode';
import type { Assets, RemoteFile, ScanSource } from '../../protocol/view';
import { t } from '../l10n';
import { connect, messagePort } from '../transport/port';
import { fetchFile, inParallel, request, streamFile } from './fetch';
import { workerOf } from './warm-worker';

/** Files of a series that are fetched at once. */
const PARALLEL = 6;

export interface LoadEvents {
  /** Bytes here of all; all is 0 while unknown. */
  bytes(done: number, total: number): void;
  /** Slices decoded of all; all is 0 while unknown. */
  slices(done: number, total: number): void;
  firstSlice(volume: Volume): void;
  done(result: DecodeResult): void;
  failed(error: ScanError): void;
}

export class ScanLoader {
  private readonly abort = new AbortController();
  private worker: Worker | undefined;
  private received = 0;
  private expected = 0;
  private readonly series = Promise.withResolvers<readonly RemoteFile[]>();

  constructor(
    private readonly name: string,
    private readonly source: ScanSource,
    private readonly assets: Assets,
    private readonly workerCode: Promise<string>,
    private readonly events: LoadEvents,
    private readonly warm?: Promise<Worker>,
  ) {}

  /** Starts, and returns at once; how it goes is told by the events. */
  start(timePoint?: number): void {
    this.load(timePoint).then(
      (result) => {
        if (this.abort.signal.aborted) return;
        this.cancel();
        this.events.done(result);
      },
      (error: unknown) => {
        if (this.abort.signal.aborted) return;
        this.cancel();
        this.events.failed(asScanError(error, this.name));
      },
    );
  }

  /** The files of the series (the opened one among them or not), when the host has found them. */
  addSeries(files: readonly RemoteFile[]): void {
    this.series.resolve(files);
  }

  /** Ends the attempt. */
  cancel(): void {
    this.abort.abort();
    this.worker?.terminate();
    this.worker = undefined;
  }

  private async load(timePoint: number | undefined): Promise<DecodeResult> {
    const { source } = this;
    const openedFile = source.kind === 'nifti' ? source.file : source.opened;
    this.expected = openedFile.size;
    const [header, voxels] = source.kind === 'nifti' ? niftiFiles(source) : [undefined, openedFile];
    // The first bytes are on their way while the decoder starts.
    const opened = request(header ?? voxels, this.abort.signal);
    opened.catch(() => undefined);
    const connection = await this.startWorker();
    const failure = Promise.withResolvers<never>();
    const worker = this.worker as Worker;
    worker.addEventListener('error', (event) => {
      failure.reject(
        new ScanError(
          this.name,
          t('The decoder stopped ({0}).', event.message || t('unknown reason')),
          t('Close other large scans to free memory, then try again.'),
        ),
      );
    });
    const decoded = connection.sendRequest(Decode, {
      name: openedFile.name,
      kind: source.kind,
      ...(timePoint === undefined ? {} : { timePoint }),
      ...(voxels.size > 0 ? { length: voxels.size } : {}),
      ...(header ? { header: header.name } : {}),
    });
    const fed =
      source.kind === 'nifti' ? this.feedNifti(connection, source, opened) : this.feedDicom(connection, source, opened);
    // The decoder may fail while bytes still come, and bytes may fail while the decoder waits.
    return Promise.race([decoded, failure.promise, fed.then(() => decoded)]);
  }

  private async startWorker(): Promise<MessageConnection> {
    const worker = await (this.warm ?? this.workerCode.then(workerOf));
    this.worker = worker;
    if (this.abort.signal.aborted) this.cancel();
    this.abort.signal.throwIfAborted();
    const connection = connect(messagePort(worker), true);
    connection.onNotification(FirstSlice, ({ volume }) => this.tell(() => this.events.firstSlice(volume)));
    connection.onNotification(DecodeProgress, ({ done, total }) => this.tell(() => this.events.slices(done, total)));
    connection.onRequest(NeedCodec, async ({ file }) => {
      const codec = { url: this.assets.codecsUrl + file, name: file, size: 0 };
      return (await fetchFile(codec, this.abort.signal)).buffer;
    });
    connection.listen();
    return connection;
  }

  private async feedNifti(
    connection: MessageConnection,
    source: ScanSource & { kind: 'nifti' },
    opened: Promise<Response>,
  ): Promise<void> {
    const files = niftiFiles(source).filter((file) => file !== undefined);
    this.expected = files.reduce((sum, file) => sum + file.size, 0);
    for (const [n, file] of files.entries()) {
      const response = await (n === 0 ? opened : request(file, this.abort.signal));
      await streamFile(file, response, this.abort.signal, (chunk, last) => this.send(connection, file, chunk, last));
    }
    await connection.sendNotification(End, undefined);
  }

  private async feedDicom(
    connection: MessageConnection,
    source: ScanSource & { kind: 'dicom' },
    answer: Promise<Response>,
  ): Promise<void> {
    const signal = this.abort.signal;
    const { opened } = source;
    await this.send(connection, opened, await (await answer).bytes(), true);
    if (source.more) {
      const others = (await this.series.promise).filter((file) => file.url !== opened.url);
      this.expected += others.reduce((sum, file) => sum + file.size, 0);
      await connection.sendNotification(ExpectFiles, { count: others.length + 1 });
      await inParallel(others, PARALLEL, async (file) => {
        await this.send(connection, file, await fetchFile(file, signal), true);
      });
    }
    await connection.sendNotification(End, undefined);
  }

  private async send(
    connection: MessageConnection,
    file: RemoteFile,
    chunk: Uint8Array<ArrayBuffer>,
    last: boolean,
  ): Promise<void> {
    this.received += chunk.byteLength;
    await connection.sendNotification(Bytes, { file: file.name, chunk, last });
    this.tell(() => this.events.bytes(this.received, Math.max(this.expected, this.received)));
  }

  private tell(report: () => void): void {
    if (!this.abort.signal.aborted) report();
  }
}

/** The header (of a pair) and the file with the voxels. */
function niftiFiles({ file, pair }: ScanSource & { kind: 'nifti' }): readonly [RemoteFile | undefined, RemoteFile] {
  if (!pair) return [undefined, file];
  return /\.hdr(\.gz)?$/i.test(file.name) ? [file, pair] : [pair, file];
}

/** Any failure of a load as one that names the file, what is wrong and what to do. */
function asScanError(error: unknown, name: string): ScanError {
  if (error instanceof ScanError) return error;
  if (error instanceof ResponseError && isWireError(error.data)) {
    return new ScanError(error.data.file, error.data.problem, error.data.remedy);
  }
  const reason = error instanceof Error ? error.message : String(error);
  const cancelled = error instanceof ResponseError && error.code === ErrorCodes.PendingResponseRejected;
  return new ScanError(
    name,
    cancelled ? t('Decoding was interrupted.') : t('The scan could not be decoded ({0}).', reason),
    t('Try again; if it fails again, report it together with the output channel "Hemorica".'),
  );
}

function isWireError(data: unknown): data is WireError {
  return typeof data === 'object' && data !== null && 'problem' in data && 'remedy' in data;
}
