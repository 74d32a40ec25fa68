/** The main thread's end of the feeder: starts it when it is first needed, and again after it failed. */
import { Worker } from 'node:worker_threads';
import type { ImageReference } from '../../core/annotation/image';
import type { ModelInput, SegmentationManifest } from '../../core/model/manifest';
import { type Notice, ScanError } from '../../core/volume';
import type { ScanFiles } from '../../node/scan-files';
import type { Segmentation } from '../collector';
import type { Feed, FeedPlan, PreparedInput, ScanShape } from '../feed';
import type { TensorValue } from '../session/network';
import type { FromFeeder, ToFeeder, ToFeederKinds } from './messages';

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Storage slices whose inputs are wanted; all if undefined. */
  readonly slices?: readonly number[];
  /** The model whose outputs are to be collected there, too. */
  readonly collect?: SegmentationManifest;
  /** Slices decoded. */
  readonly onDecoding?: (done: number, total: number) => void;
}

/** A feed whose scan is being decoded meanwhile. */
export interface ScanFeed extends Feed {
  /** What the scan is, once it has been read whole. Rejects as `next` does. */
  readonly finished: Promise<ScanEnd>;
}

export interface ScanEnd {
  readonly image: ImageReference;
  readonly notices: readonly Notice[];
}

interface Waiting<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function waiting<T>(): Waiting<T> {
  let settle: Omit<Waiting<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Somebody asks for it or for what comes before it; none of them must end the process.
  promise.catch(() => undefined);
  return { promise, ...(settle as Omit<Waiting<T>, 'promise'>) };
}

export class Feeder {
  readonly #script: string;
  readonly #bundle: string;
  #worker: Worker | undefined;
  #scans = 0;

  /**
   * @param script Absolute path of the feeder's bundle.
   * @param bundle Folder with the codecs.
   */
  constructor(script: string, bundle: string) {
    this.#script = script;
    this.#bundle = bundle;
  }

  /**
   * Begins to decode a scan and to make inputs of it; settles as soon as its geometry is known.
   * Throws ScanError for a bad scan, and the signal's reason when aborted. What is left of the feed before is given up.
   */
  async open(
    scan: ScanFiles,
    input: ModelInput,
    { signal, slices, collect, onDecoding }: OpenOptions,
  ): Promise<ScanFeed> {
    signal.throwIfAborted();
    const worker = this.#start();
    const feed = new Receiver(worker, ++this.#scans, signal, collect !== undefined, onDecoding);
    feed.send({ kind: 'open', scan, input, slices, bundle: this.#bundle, collect });
    const { shape, plan } = await feed.begun.promise;
    return {
      shape,
      plan,
      finished: feed.finished.promise,
      collector: collect && {
        add: (input, outputs) => feed.collect(input, outputs),
        finish: (threshold) => feed.ask(threshold),
      },
      next: () => feed.next(),
      recycle: (values) => feed.recycle(values),
      close: () => feed.close(),
    };
  }

  /** Ends the thread. */
  async dispose(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Starts the thread, which also looks after the process's memory. */
  start(): void {
    this.#start().unref();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#script);
    this.#worker = worker;
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

/** Takes the messages about one scan. */
class Receiver {
  readonly begun = waiting<{ readonly shape: ScanShape; readonly plan: FeedPlan }>();
  readonly finished = waiting<ScanEnd>();
  readonly #mask = waiting<Segmentation>();
  /** What has still to come before the scan is done with. */
  readonly #missing: Set<FromFeeder['kind']>;
  readonly #worker: Worker;
  readonly #id: number;
  readonly #signal: AbortSignal;
  readonly #onDecoding: OpenOptions['onDecoding'];
  readonly #inputs: PreparedInput[] = [];
  #asked: Waiting<PreparedInput | undefined> | undefined;
  #ended = false;
  #error: unknown;
  #left = 0;

  constructor(
    worker: Worker,
    id: number,
    signal: AbortSignal,
    collects: boolean,
    onDecoding: OpenOptions['onDecoding'],
  ) {
    this.#missing = new Set(collects ? ['finished', 'mask'] : ['finished']);
    this.#worker = worker;
    this.#id = id;
    this.#signal = signal;
    this.#onDecoding = onDecoding;
    worker.on('message', this.#take).once('error', this.#fail).once('exit', this.#exit);
    // The thread keeps the process only while it works.
    worker.ref();
    signal.addEventListener('abort', this.#cancel, { once: true });
  }

  send(kind: ToFeederKinds, transfer: readonly ArrayBuffer[] = []): void {
    const message: ToFeeder = { id: this.#id, ...kind };
    this.#worker.postMessage(message, transfer);
  }

  /** Gives up what is left. */
  close(): void {
    if (this.#ended) return;
    this.#cancel();
    this.#fail(new Error('the scan was given up'));
  }

  async next(): Promise<PreparedInput | undefined> {
    this.#signal.throwIfAborted();
    const input = this.#inputs.shift();
    if (input) return this.#given(input);
    if (this.#error !== undefined) throw this.#error;
    if (this.#left === 0) return undefined;
    this.#asked = waiting();
    const given = await this.#asked.promise;
    return given && this.#given(given);
  }

  recycle(values: Float32Array<ArrayBuffer>): void {
    if (!this.#ended) this.send({ kind: 'used', values }, [values.buffer]);
  }

  collect({ n, frame }: Pick<PreparedInput, 'n' | 'frame'>, outputs: readonly TensorValue[]): void {
    const own = outputs.map((output): TensorValue => ({ ...output, data: alone(output.data) }));
    const input = { n, ...(frame && { frame }) };
    this.send(
      { kind: 'outputs', input, outputs: own },
      own.map(({ data }) => data.buffer as ArrayBuffer),
    );
  }

  ask(threshold: number): Promise<Segmentation> {
    if (this.#error !== undefined) throw this.#error;
    this.send({ kind: 'mask', threshold });
    return this.#mask.promise;
  }

  #given(input: PreparedInput): PreparedInput {
    this.#left--;
    // Without values there is no memory to give back later.
    if (!input.values && !this.#ended) this.send({ kind: 'used', values: undefined });
    return input;
  }

  readonly #take = (message: FromFeeder): void => {
    if (message.id !== this.#id) return;
    if (message.kind === 'decoding') this.#onDecoding?.(message.done, message.total);
    else if (message.kind === 'plan') {
      const { shape, plan } = message;
      this.#left = plan.kind === 'slices' ? plan.pictures.length : plan.blocks.length;
      this.begun.resolve({ shape, plan });
    } else if (message.kind === 'input') {
      const { input } = message;
      if (this.#asked) this.#asked.resolve(input);
      else this.#inputs.push(input);
      this.#asked = undefined;
    } else if (message.kind === 'finished') {
      this.finished.resolve({ image: message.image, notices: message.notices });
      this.#came('finished');
    } else if (message.kind === 'mask') {
      this.#mask.resolve(message.mask);
      this.#came('mask');
    } else {
      const { failure } = message;
      this.#fail(
        'message' in failure
          ? new Error(failure.message)
          : new ScanError(failure.file, failure.problem, failure.remedy),
      );
    }
  };

  readonly #fail = (error: unknown): void => {
    this.#end();
    this.#error = this.#signal.aborted ? this.#signal.reason : error;
    for (const promise of [this.begun, this.finished, this.#mask, this.#asked]) promise?.reject(this.#error);
    this.#asked = undefined;
  };

  readonly #exit = (): void => this.#fail(new Error('the thread that reads scans ended unexpectedly'));

  readonly #cancel = (): void => this.send({ kind: 'cancel' });

  #came(kind: FromFeeder['kind']): void {
    this.#missing.delete(kind);
    if (this.#missing.size === 0) this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#worker.unref();
    this.#worker.off('message', this.#take).off('error', this.#fail).off('exit', this.#exit);
    this.#signal.removeEventListener('abort', this.#cancel);
  }
}

/** Values in memory of their own, which can be given away. */
function alone(values: Float32Array): Float32Array {
  const { buffer, byteLength } = values;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? values : values.slice();
}
