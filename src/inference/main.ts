/** The inference process: decodes scans and runs models for the host that forked it. The protocol is in src/protocol/inference.ts. */
import path from 'node:path';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { ScanError } from '../core/volume';
import { loadScan, referenceTo } from '../node/load-scan';
import { findScans, type ScanFiles } from '../node/scan-files';
import {
  CANCELLED,
  FAILED,
  type InferenceFailure,
  InferenceProgress,
  type InferenceStage,
  Segment,
  type SegmentParams,
  type SegmentResult,
} from '../protocol/inference';
import { loadModel } from './model';
import { segment } from './segment';

class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

/** One scan at a time: two would need twice the memory and gain no time. */
let last: Promise<unknown> = Promise.resolve();

connection.onRequest(Segment, (params, token) => {
  const result = last.then(() => answer(params, token));
  last = result.catch(() => undefined);
  return result.catch((error: unknown) => Promise.reject(toResponse(error, params.path)));
});
// Without its host the process has nobody to work for.
process.once('disconnect', () => process.exit(0));
connection.listen();

async function answer(params: SegmentParams, token: CancellationToken): Promise<SegmentResult> {
  const report = (stage: InferenceStage['stage'], done: number, total: number): void => {
    void connection.sendNotification(InferenceProgress, { id: params.id, stage, done, total });
  };
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort(new Cancelled()));
  if (token.isCancellationRequested) controller.abort(new Cancelled());
  const { signal } = controller;
  try {
    signal.throwIfAborted();
    report('loading-model', 0, 0);
    const model = await loadModel(params.model, params.providers);
    report('decoding', 0, 0);
    const scan = await oneScan(params.path, signal);
    const volume = await loadScan(scan, {
      bundle: __dirname,
      signal,
      onProgress: (done, total) => report('decoding', done, total),
    });
    const threshold = params.threshold ?? model.manifest.threshold;
    const mask = await segment(volume, model, {
      threshold,
      checkpoint: (done, total) => {
        signal.throwIfAborted();
        report('running', done, total);
      },
    });
    const { name, version, sha256 } = model.manifest;
    return {
      ...mask,
      image: referenceTo(volume, scan),
      model: { name, version, sha256, threshold, provider: model.provider },
      notices: volume.notices,
    };
  } finally {
    listener.dispose();
  }
}

async function oneScan(file: string, signal: AbortSignal): Promise<ScanFiles> {
  const { scans } = await findScans(file, { signal });
  const [scan, another] = scans;
  if (scan && !another) return scan;
  throw new ScanError(file, `it holds ${scans.length} scans.`, 'Name one of them by one of its files.');
}

function toResponse(error: unknown, file: string): ResponseError<InferenceFailure> {
  if (error instanceof Cancelled) return new ResponseError(CANCELLED, 'cancelled');
  const failure =
    error instanceof ScanError
      ? { file: error.file, problem: error.problem, remedy: error.remedy }
      : {
          file: path.basename(file),
          problem: `the model failed on it (${error instanceof Error ? error.message : String(error)}).`,
          remedy: 'Try another model; if it happens again, report it.',
        };
  return new ResponseError(FAILED, `${failure.file}: ${failure.problem} ${failure.remedy}`, failure);
}
