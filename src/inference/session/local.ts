/** Networks that ONNX Runtime runs in this process. */
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { ScanError } from '../../core/volume';
import type { EngineAttempt } from '../../protocol/inference';
import { missingHardware } from './hardware';
import { missingLibrary } from './libraries';
import type { Network, TensorMetadata, TensorValue } from './network';
import { chooseProviders, lacksOperators, problemOf } from './providers';

export interface LocalOptions {
  /** Execution providers to try in order; "auto" stands for those that may suit this computer. */
  readonly providers: readonly string[];
  /** Threads for one run. */
  readonly threads: number;
  /** Providers that are not to be tried, and why. */
  readonly crashed?: readonly EngineAttempt[] | undefined;
  /** Is awaited before a provider is given work that may end the process. */
  readonly onProvider?: ((provider: string) => Promise<void>) | undefined;
}

/** @param strict Refuses a network of which the provider would leave a part to the CPU. */
export type CreateSession = (
  bytes: Uint8Array,
  provider: string,
  threads: number,
  strict: boolean,
) => Promise<ort.InferenceSession>;

/**
 * Opens a network with the first provider that takes it. Throws ScanError with every provider's reason where none does.
 * @param bytes The network. From memory: one that is read from a path may name other files of the disk as its weights.
 * @param file Its name for messages.
 * @param create Makes ONNX Runtime's session.
 */
export async function openLocal(
  bytes: Uint8Array,
  file: string,
  options: LocalOptions,
  create: CreateSession = createSession,
): Promise<Network> {
  const network = new LocalNetwork(bytes, file, options, create);
  await network.open();
  return network;
}

/** Moves on to the next provider when one fails, while opening or running, and keeps the reasons. */
class LocalNetwork implements Network {
  #session: ort.InferenceSession | undefined;
  #provider = '';
  #attempts: EngineAttempt[] = [];
  #left: string[] = [];
  inputs: readonly TensorMetadata[] = [];
  outputs: readonly TensorMetadata[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly options: LocalOptions,
    private readonly create: CreateSession,
  ) {}

  get provider(): string {
    return this.#provider;
  }

  get attempts(): readonly EngineAttempt[] {
    return this.#attempts;
  }

  async open(): Promise<void> {
    const available = ort.listSupportedBackends().map(({ name }) => name);
    const { providers, crashed = [] } = this.options;
    const system = `${process.platform}-${process.arch}`;
    const { candidates, refused } = chooseProviders(providers, available, crashed, system, missingHardware);
    this.#left = [...candidates];
    this.#attempts = [...refused];
    await this.#next();
  }

  async run(
    input: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, TensorValue>>> {
    // After a run that no provider could do, the next one starts from the first again.
    if (!this.#session) await this.open();
    for (;;) {
      signal?.throwIfAborted();
      try {
        return await this.#runOnce(input, outputs);
      } catch (error) {
        // An output that is no tensor of the right type is the same with every provider.
        if (error instanceof ScanError) throw error;
        this.#attempts.push({ provider: this.#provider, problem: problemOf(error) });
        await this.release();
        await this.#next();
      }
    }
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  async #runOnce(
    input: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
  ): Promise<Readonly<Record<string, TensorValue>>> {
    if (!this.#session) throw new Error('the network is released');
    // The CPU's crashes have no remedy in another provider, and its runs are not to wait for messages.
    if (this.#provider !== 'cpu') await this.options.onProvider?.(this.#provider);
    const feeds = Object.fromEntries(
      Object.entries(input).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]),
    );
    const results = await this.#session.run(feeds, outputs);
    return Object.fromEntries(outputs.map((name) => [name, tensorOf(name, results[name], this.file)]));
  }

  /** Opens the network with the next provider that takes it. */
  async #next(): Promise<void> {
    for (let provider = this.#left.shift(); provider !== undefined; provider = this.#left.shift()) {
      try {
        await this.options.onProvider?.(provider);
        this.#session = await this.#create(provider);
        this.#provider = provider;
        this.inputs = this.#session.inputMetadata.map(metadataOf);
        this.outputs = this.#session.outputMetadata.map(metadataOf);
        return;
      } catch (error) {
        this.#attempts.push({ provider, problem: missingLibrary(provider) ?? problemOf(error) });
      }
    }
    const reasons = this.#attempts.map(({ provider, problem }) => `${provider}: ${problem.replace(/\.$/, '')}`);
    throw new ScanError(
      this.file,
      `the network cannot be run (${reasons.join('; ') || 'no execution provider was named'}).`,
      'Choose other execution providers, or install the model again.',
    );
  }

  async #create(provider: string): Promise<ort.InferenceSession> {
    if (provider === 'cpu') return this.create(this.bytes, provider, this.options.threads, false);
    try {
      return await this.create(this.bytes, provider, this.options.threads, true);
    } catch (error) {
      if (!lacksOperators(error)) throw error;
    }
    const session = await this.create(this.bytes, provider, this.options.threads, false);
    const problem = 'It lacks operators of this network; the CPU runs those.';
    this.#attempts.push({ provider, problem });
    return session;
  }
}

const createSession: CreateSession = (bytes, provider, threads, strict) =>
  ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    // Threads that wait by spinning take the cores from the thread that prepares the next slice, and from
    // the editor: on a busy machine with two cores a scan took 1.9 s with spinning and 1.1 s without.
    extra: { session: { intra_op: { allow_spinning: '0' }, ...(strict && { disable_cpu_ep_fallback: '1' }) } },
  });

function metadataOf(metadata: ort.InferenceSession.ValueMetadata): TensorMetadata {
  return metadata.isTensor
    ? { name: metadata.name, type: metadata.type, shape: metadata.shape }
    : { name: metadata.name, type: '', shape: [] };
}

function tensorOf(name: string, tensor: ort.OnnxValue | undefined, file: string): TensorValue {
  if (tensor?.type === 'float32' && tensor.data instanceof Float32Array) {
    return { type: 'float32', dims: tensor.dims, data: tensor.data };
  }
  throw new ScanError(
    file,
    `the output "${name}" of ${path.basename(file)} is of type ${tensor?.type}, not float32.`,
    'Export the network with outputs of float32.',
  );
}
