/** The feeder: decodes the scan that it is told, and makes the network's inputs of it while it comes in. See messages.ts. */
import * as fs from 'node:fs/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { ImageReference } from '../../core/annotation/image';
import { ScanError, type Volume } from '../../core/volume';
import { loadScan, referenceTo } from '../../node/load-scan';
import type { ScanFiles } from '../../node/scan-files';
import { MaskCollector } from '../collector';
import { InputMaker, type PreparedInput, type ScanShape, storedSlice } from '../feed';
import type { TensorValue } from '../session/network';
import { watchMemory } from './memory-watch';
import { AHEAD, type FeederFailure, type FromFeeder, type FromFeederKinds, type ToFeeder } from './messages';

type Open = Extract<ToFeeder, { kind: 'open' }>;

/** The scan that was read last: people run one slice, then the next, then all of them. */
let kept: { readonly key: string; readonly volume: Volume; readonly image: ImageReference } | undefined;

/** One scan on its way. */
class Feeding {
  readonly #port: MessagePort;
  readonly #request: Open;
  readonly #abort = new AbortController();
  /** Memory of inputs that were used, and how many more inputs may be made. */
  readonly #memory: Float32Array<ArrayBuffer>[] = [];
  #credit = AHEAD;
  #maker: InputMaker | undefined;
  /** Slices that can be read. */
  #ready = 0;
  #wake: (() => void) | undefined;
  #key: string | undefined;
  #collector: MaskCollector | undefined;

  constructor(port: MessagePort, request: Open) {
    this.#port = port;
    this.#request = request;
  }

  async run(): Promise<void> {
    try {
      const volume = await this.#volume();
      this.#begin(volume);
      this.#ready = volume.size[2];
      await this.#make(volume);
      this.#send({ kind: 'finished', image: this.#imageOf(volume), notices: volume.notices });
    } catch (error) {
      this.fail(error);
    }
  }

  used(values: Float32Array<ArrayBuffer> | undefined): void {
    this.#credit++;
    if (values) this.#memory.push(values);
    this.#wake?.();
  }

  collect(input: Pick<PreparedInput, 'n' | 'frame'>, outputs: readonly TensorValue[]): void {
    this.#collector?.add(input, outputs);
  }

  async mask(threshold: number): Promise<void> {
    const mask = await this.#collector?.finish(threshold);
    this.#collector = undefined;
    if (mask) this.#send({ kind: 'mask', mask });
  }

  fail(error: unknown): void {
    this.cancel();
    this.#send({ kind: 'failed', failure: failureOf(error) });
  }

  cancel(): void {
    this.#abort.abort(new Error('cancelled'));
    this.#wake?.();
  }

  /** The scan, decoded unless it is the last one. Inputs are made of a scan while it is decoded. */
  async #volume(): Promise<Volume> {
    const { scan, input, bundle } = this.#request;
    this.#key = await identityOf(scan);
    if (kept !== undefined && kept.key === this.#key) return kept.volume;
    kept = undefined;
    let making: Promise<void> | undefined;
    const volume = await loadScan(scan, {
      bundle,
      signal: this.#abort.signal,
      onProgress: (done, total) => this.#send({ kind: 'decoding', done, total }),
      onSlices: (growing, done) => {
        // Patches may need all of the scan for their grid, and so do pictures that cut through all slices.
        if (input.layout !== 'NCHW' || done === 0) return;
        this.#ready = done;
        if (making === undefined) {
          this.#begin(growing);
          making = this.#make(growing);
          // It is awaited below; what is wrong with the scan comes first.
          making.catch(() => undefined);
        }
        this.#wake?.();
      },
    });
    this.#ready = volume.size[2];
    this.#wake?.();
    await making;
    return volume;
  }

  /** What an annotation says of the scan; keeps the scan with it, since its voxels' hash takes its time. */
  #imageOf(volume: Volume): ImageReference {
    if (kept?.volume === volume) return kept.image;
    const image = referenceTo(volume, this.#request.scan);
    if (this.#key !== undefined) kept = { key: this.#key, volume, image };
    return image;
  }

  #begin(volume: Volume): void {
    if (this.#maker) return;
    const { input, slices, collect } = this.#request;
    const wanted = slices && new Set(slices);
    this.#maker = new InputMaker(volume, input, wanted);
    const { plan } = this.#maker;
    const shape = shapeOf(volume);
    this.#collector = collect && new MaskCollector(shape, plan, collect, wanted);
    this.#send({ kind: 'plan', shape, plan });
  }

  async #make(volume: Pick<Volume, 'size'>): Promise<void> {
    const maker = this.#maker;
    for (let n = maker?.upcoming; maker && n !== undefined; n = maker.upcoming) {
      while (this.#credit === 0 || this.#ready < this.#needed(volume, n)) {
        this.#abort.signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
      this.#abort.signal.throwIfAborted();
      this.#credit--;
      const input = maker.next(this.#memory.pop());
      if (input) this.#send({ kind: 'input', input }, input.values && [input.values.buffer]);
      // What came in meanwhile: a cancel, memory, bytes.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** How many of the first slices input n is made of. */
  #needed({ size }: Pick<Volume, 'size'>, n: number): number {
    const { input } = this.#request;
    const plan = this.#maker?.plan;
    if (plan?.kind !== 'slices' || input.layout !== 'NCHW') return size[2];
    const pictures = input.channels.map(({ slice }) => Math.min(plan.view.depth - 1, Math.max(0, n + slice)));
    return Math.max(
      ...[n, ...pictures].map((picture) => 1 + (storedSlice({ size }, plan.view, picture) ?? size[2] - 1)),
    );
  }

  #send(kind: FromFeederKinds, transfer: readonly ArrayBuffer[] = []): void {
    const message: FromFeeder = { id: this.#request.id, ...kind };
    this.#port.postMessage(message, transfer);
  }

  get id(): number {
    return this.#request.id;
  }
}

/** A volume without its voxels. Its own properties alone: those of a growing volume are read as they are now. */
function shapeOf({ voxels: _, ...shape }: Volume): ScanShape {
  return shape;
}

/** What tells this state of the files from any other; undefined where the system does not say. */
async function identityOf(scan: ScanFiles): Promise<string | undefined> {
  try {
    const stats = await Promise.all(scan.files.map((file) => fs.stat(file, { bigint: true })));
    return JSON.stringify([scan, stats.map(({ mtimeNs, size }) => `${mtimeNs} ${size}`)]);
  } catch {
    return undefined;
  }
}

function failureOf(error: unknown): FeederFailure {
  if (error instanceof ScanError) return { file: error.file, problem: error.problem, remedy: error.remedy };
  return { message: error instanceof Error ? error.message : String(error) };
}

let feeding: Feeding | undefined;
const port = parentPort;
watchMemory();
port?.on('message', (message: ToFeeder) => {
  if (message.kind === 'open') {
    feeding?.cancel();
    feeding = new Feeding(port, message);
    void feeding.run();
  } else if (feeding && message.id === feeding.id) take(feeding, message);
});

function take(feeding: Feeding, message: Exclude<ToFeeder, { kind: 'open' }>): void {
  try {
    if (message.kind === 'used') feeding.used(message.values);
    else if (message.kind === 'outputs') feeding.collect(message.input, message.outputs);
    else if (message.kind === 'mask') feeding.mask(message.threshold).catch((error) => feeding.fail(error));
    else feeding.cancel();
  } catch (error) {
    feeding.fail(error);
  }
}
