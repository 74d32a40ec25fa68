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
import { checkOnScan } from '../node/check-scan';
import { findImage } from '../node/find-image';
import { findScans, type ScanFiles } from '../node/scan-files';
import { Classify, type ClassifyParams, type ClassifyResult } from '../protocol/classification';
import {
  CANCELLED,
  CheckMask,
  FAILED,
  type InferenceFailure,
  InferenceProgress,
  InferenceProvider,
  type InferenceStage,
  Segment,
  type SegmentParams,
  type SegmentResult,
  TryEngine,
} from '../protocol/inference';
import { CheckModel, InspectModel } from '../protocol/inspect';
import { classifierOf, classifyFeed } from './classify';
import { Feeder } from './feeder/client';
import { inspectModel } from './inspect';
import { loadModel } from './model';
import { segmentationOf, segmentFeed } from './segment';
import { tryEngine } from './try-engine';

class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

const feeder = new Feeder(path.join(__dirname, 'feeder.cjs'), __dirname);
feeder.start();

/** One scan at a time: two would need twice the memory and gain no time. */
let last: Promise<unknown> = Promise.resolve();

connection.onRequest(Segment, (params, token) => inTurn(params.path, token, (signal) => answer(params, signal)));
connection.onRequest(Classify, (params, token) =>
  inTurn(params.path, token, (signal) => answerClassify(params, signal)),
);
connection.onRequest(CheckMask, ({ id, annotation, image, masks }, token) =>
  inTurn(annotation, token, async (signal) => {
    const report = reporter(id);
    report('decoding', 0, 0);
    return checkOnScan(image, masks, await findImage(annotation, image, { signal }), {
      bundle: __dirname,
      signal,
      onProgress: (done, total) => report('decoding', done, total),
    });
  }),
);
connection.onRequest(InspectModel, ({ id, file }, token) =>
  inTurn(file, token, (signal) => {
    reporter(id)('loading-model', 0, 0);
    return inspectModel(file, signal);
  }),
);
connection.onRequest(CheckModel, ({ id, model }, token) =>
  inTurn(model, token, async () => {
    reporter(id)('loading-model', 0, 0);
    await loadModel(model, { providers: ['cpu'] });
    return null;
  }),
);
connection.onRequest(TryEngine, (params, token) =>
  inTurn(params.model, token, (signal) => {
    reporter(params.id)('loading-model', 0, 0);
    return tryEngine(params, signal, announce);
  }),
);
// Without its host the process has nobody to work for.
process.once('disconnect', () => process.exit(0));
connection.listen();

/** Does a piece of work after those that were asked for before it. */
function inTurn<T>(file: string, token: CancellationToken, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort(new Cancelled()));
  if (token.isCancellationRequested) controller.abort(new Cancelled());
  const result = last.then(() => {
    controller.signal.throwIfAborted();
    return work(controller.signal);
  });
  last = result
    .catch(() => undefined)
    .then(() => announce())
    .then(() => listener.dispose());
  return result.catch((error: unknown) => Promise.reject(toResponse(error, file)));
}

/** Tells the host which provider is about to work, so that it knows what a crash of the process is to be put down to. */
const announce = (provider?: string): Promise<void> =>
  connection.sendNotification(InferenceProvider, { ...(provider !== undefined && { provider }) });

type Report = (stage: InferenceStage['stage'], done: number, total: number) => void;

const reporter =
  (id: number): Report =>
  (stage, done, total) =>
    void connection.sendNotification(InferenceProgress, { id, stage, done, total });

async function answer(params: SegmentParams, signal: AbortSignal): Promise<SegmentResult> {
  const report = reporter(params.id);
  report('loading-model', 0, 0);
  const model = await loadModel(params.model, { ...params, signal, onProvider: announce });
  const manifest = segmentationOf(model);
  report('decoding', 0, 0);
  let running = false;
  const wanted = params.slices && { slices: params.slices };
  const feed = await feeder.open(await oneScan(params, signal), manifest.input, {
    ...wanted,
    collect: manifest,
    signal,
    onDecoding: (done, total) => running || report('decoding', done, total),
  });
  const threshold = params.threshold ?? manifest.threshold;
  const { candidates, ...mask } = await segmentFeed(feed, model, {
    ...wanted,
    threshold,
    signal,
    checkpoint: (done, total) => {
      running ||= done > 0;
      report('running', done, total);
    },
  });
  const { name, version, sha256 } = manifest;
  return {
    ...mask,
    ...(params.candidates && { candidates }),
    ...(await feed.finished),
    model: { name, version, sha256, threshold, provider: model.network.provider },
    defaultThreshold: manifest.threshold,
    minimumVolume: manifest.postprocessing.minimumVolume,
    attempts: model.network.attempts,
    extents: feed.shape.slices.map(({ extent }) => extent),
  };
}

async function answerClassify(params: ClassifyParams, signal: AbortSignal): Promise<ClassifyResult> {
  const report = reporter(params.id);
  report('loading-model', 0, 0);
  const classifier = classifierOf(await loadModel(params.model, { ...params, signal, onProvider: announce }));
  const { manifest, network } = classifier;
  report('decoding', 0, 0);
  let running = false;
  const feed = await feeder.open(await oneScan(params, signal), manifest.input, {
    signal,
    onDecoding: (done, total) => running || report('decoding', done, total),
  });
  const classified = await classifyFeed(feed, classifier, {
    signal,
    checkpoint: (done, total) => {
      running ||= done > 0;
      report('running', done, total);
    },
  });
  const { name, version, sha256, threshold } = manifest;
  return {
    ...classified,
    ...(await feed.finished),
    model: { name, version, sha256, threshold, provider: network.provider },
    attempts: network.attempts,
  };
}

async function oneScan({ path: file, files }: SegmentParams | ClassifyParams, signal: AbortSignal): Promise<ScanFiles> {
  if (files) return { kind: 'dicom', name: path.basename(file), files, folder: file, largeSeries: [] };
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
          problem: `the inference process failed on it (${error instanceof Error ? error.message : String(error)}).`,
          remedy: 'Try again, or another model; if it happens again, report it.',
        };
  return new ResponseError(FAILED, `${failure.file}: ${failure.problem} ${failure.remedy}`, failure);
}
