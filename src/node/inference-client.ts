/**
 * The host's end of the inference process: starts it when it is first needed, restarts it after a
 * crash with growing pauses, ends it when it is idle. Whatever the process does - crash, run out of
 * memory, hang - the caller gets an answer or an error.
 */
import { type ChildProcess, fork } from 'node:child_process';
import {
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { ScanCheck } from '../core/lint/voxels';
import { Classify, type ClassifyParams, type ClassifyResult } from '../protocol/classification';
import {
  CheckMask,
  type CheckMaskParams,
  type EngineAttempt,
  type EngineParams,
  type EngineTrial,
  InferenceProgress,
  InferenceProvider,
  type InferenceStage,
  Segment,
  type SegmentParams,
  type SegmentResult,
  TryEngine,
} from '../protocol/inference';
import { CheckModel, type Inspection, InspectModel } from '../protocol/inspect';
import { crash, InferenceStopped, ProviderCrash, toError } from './inference-errors';

export { InferenceStopped };

export interface InferenceClientOptions {
  /** Absolute path of the bundle that runs in the process. */
  readonly script: string;
  /** Gets each line that the process prints and each start and end of it. */
  readonly log?: (line: string) => void;
  /** Seconds without a request after which the process is ended. */
  readonly idleSeconds?: number;
  /** Seconds without any progress after which a request is given up and the process killed. */
  readonly stallSeconds?: number;
  /** Seconds that the process has to honour a cancel before it is killed. */
  readonly cancelSeconds?: number;
  /** Is asked before each run of a model; rejects to prevent it. */
  readonly engine?: (signal: AbortSignal | undefined) => Promise<Engine>;
  /** Is told of each run of a model. */
  readonly onRun?: (run: EngineRun) => void;
}

/** How models are to be run, whatever the model. */
export interface Engine {
  /** A server that is to run the network. */
  readonly remote?: EngineParams['remote'];
  /** Variables for the environment of the process; with others than before it is started anew. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What ran a model. */
export interface EngineRun {
  readonly model: string;
  readonly provider: string;
  /** What was not used, or in part only, and why. */
  readonly attempts: readonly EngineAttempt[];
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InferenceStage) => void;
}

/** A request that has been sent, as the watch over the process sees it. */
interface Pending {
  readonly id: number;
  readonly fail: (error: Error) => void;
  readonly onProgress: ((progress: InferenceStage) => void) | undefined;
  /** When the process was last heard of for this request, ms. */
  lastSign: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly pending: Map<number, Pending>;
  readonly watch: NodeJS.Timeout;
  /** Variables that it was started with, beyond our own. */
  readonly env: string;
  /** Execution provider that is at work. */
  provider?: string | undefined;
  /** Why we kill it, if we do. */
  reason?: InferenceStopped;
  /** Whether that is not the fault of the provider that is at work. */
  excused?: boolean;
  lastLines: string[];
}

/** Pause before a start that follows n crashes in a row, ms. */
const pauseAfter = (crashes: number): number => (crashes === 0 ? 0 : Math.min(30_000, 250 * 4 ** (crashes - 1)));

export class InferenceClient {
  readonly #options: Required<Omit<InferenceClientOptions, 'script'>> & { readonly script: string };
  #running: Running | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #crashes = 0;
  #lastCrash = 0;
  #nextId = 1;
  #disposed = false;
  /** Execution providers that took a process with them; they get no second one. */
  readonly #crashed = new Map<string, EngineAttempt>();
  #lastRun = '';

  constructor({
    script,
    log = () => {},
    idleSeconds = 60,
    stallSeconds = 120,
    cancelSeconds = 10,
    engine = () => Promise.resolve({}),
    onRun = () => {},
  }: InferenceClientOptions) {
    this.#options = { script, log, idleSeconds, stallSeconds, cancelSeconds, engine, onRun };
  }

  /** Process id while the process runs. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /**
   * Runs a model on a scan. Rejects with ScanError for a bad scan or model, InferenceStopped when the
   * process crashed or hung, and the signal's reason when aborted. When that happens with an execution
   * provider other than the CPU, the model runs again with the next one.
   */
  segment(params: Omit<SegmentParams, 'id'>, options: RequestOptions = {}): Promise<SegmentResult> {
    return this.#run(params, options, (running, all, token) => running.connection.sendRequest(Segment, all, token));
  }

  /** Runs a classifier on a scan. Rejects as `segment` does. */
  classify(params: Omit<ClassifyParams, 'id'>, options: RequestOptions = {}): Promise<ClassifyResult> {
    return this.#run(params, options, (running, all, token) => running.connection.sendRequest(Classify, all, token));
  }

  /** Runs a model once on zeros, to see what would run it. Rejects as `segment` does. */
  tryEngine(params: EngineParams, options: RequestOptions = {}): Promise<EngineTrial> {
    return this.#run(params, options, (running, all, token) => running.connection.sendRequest(TryEngine, all, token));
  }

  /** Holds an annotation against its scan. Rejects as `segment` does. */
  checkMask(params: Omit<CheckMaskParams, 'id'>, options: RequestOptions = {}): Promise<ScanCheck> {
    return this.#request(
      (running, id, token) => running.connection.sendRequest(CheckMask, { ...params, id }, token),
      options,
    );
  }

  /** Says what is in a network that has no manifest yet. Rejects as `segment` does. */
  inspect(file: string, options: RequestOptions = {}): Promise<Inspection> {
    return this.#request(
      (running, id, token) => running.connection.sendRequest(InspectModel, { id, file }, token),
      options,
    );
  }

  /** Holds the manifest of a model's folder and its network against each other. Rejects with ScanError that names the field. */
  async checkModel(model: string, options: RequestOptions = {}): Promise<void> {
    await this.#request(
      (running, id, token) => running.connection.sendRequest(CheckModel, { id, model }, token),
      options,
    );
  }

  /** Lets execution providers that crashed before be tried again, as after their libraries were installed. */
  forgetCrashes(): void {
    this.#crashed.clear();
  }

  /** Runs a model by way of the engine that is set, and tells what ran it. */
  async #run<
    P extends EngineParams,
    R extends {
      readonly model: { readonly name: string; readonly provider: string };
      readonly attempts: readonly EngineAttempt[];
    },
  >(
    params: P,
    options: RequestOptions,
    send: (running: Running, params: P & { readonly id: number }, token: CancellationToken) => Promise<R>,
  ): Promise<R> {
    options.signal?.throwIfAborted();
    const { remote, env } = await this.#options.engine(options.signal);
    const result = await this.#request(
      (running, id, token) => {
        const crashed = [...this.#crashed.values()];
        return send(
          running,
          { ...params, ...(remote && { remote }), ...(crashed.length > 0 && { crashed }), id },
          token,
        );
      },
      options,
      env,
    );
    this.#tell({ model: result.model.name, provider: result.model.provider, attempts: result.attempts });
    return result;
  }

  #tell(run: EngineRun): void {
    this.#options.onRun(run);
    const lines = [
      `${run.model} ran with the execution provider ${run.provider}.`,
      ...run.attempts.map(({ provider, problem }) => `${provider}: ${problem}`),
    ];
    // A cohort says the same for each scan.
    if (lines.join('\n') === this.#lastRun) return;
    this.#lastRun = lines.join('\n');
    for (const line of lines) this.#options.log(line);
  }

  /** Sends a request, again after each execution provider that took the process with it. Ends since there are few of them and none is used twice. */
  async #request<T>(
    send: (running: Running, id: number, token: CancellationToken) => Promise<T>,
    options: RequestOptions,
    env?: Engine['env'],
  ): Promise<T> {
    for (;;) {
      try {
        return await this.#requestOnce(send, options, env);
      } catch (error) {
        if (!(error instanceof ProviderCrash)) throw error;
      }
    }
  }

  async #requestOnce<T>(
    send: (running: Running, id: number, token: CancellationToken) => Promise<T>,
    options: RequestOptions,
    env: Engine['env'],
  ): Promise<T> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    await this.#pause(signal);
    signal?.throwIfAborted();
    const running = this.#start(env);
    clearTimeout(this.#idleTimer);
    const id = this.#nextId++;
    const cancel = new CancellationTokenSource();
    let grace: NodeJS.Timeout | undefined;
    const abort = (): void => {
      cancel.cancel();
      const { cancelSeconds } = this.#options;
      const late = new InferenceStopped(
        `The inference process did not stop within ${cancelSeconds} seconds and was ended.`,
        'Run the command again.',
      );
      grace = setTimeout(() => this.#kill(running, late, true), cancelSeconds * 1000);
    };
    try {
      const result = await new Promise<T>((resolve, reject) => {
        running.pending.set(id, { id, fail: reject, onProgress, lastSign: Date.now() });
        signal?.addEventListener('abort', abort, { once: true });
        send(running, id, cancel.token).then(resolve, reject);
      });
      this.#crashes = 0;
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      throw toError(error);
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener('abort', abort);
      cancel.dispose();
      running.pending.delete(id);
      this.#endWhenIdle(running);
    }
  }

  /** Ends the process at once; requests that are under way reject. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#idleTimer);
    if (this.#running) {
      const reason = new InferenceStopped('The inference process was ended.', 'Run the command again.');
      this.#kill(this.#running, reason, true);
    }
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    const wait = this.#lastCrash + pauseAfter(this.#crashes) - Date.now();
    if (this.#running || wait <= 0) return;
    this.#options.log(`Starting again in ${wait} ms after ${this.#crashes} crash(es).`);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, wait);
      signal?.addEventListener('abort', done);
    });
  }

  /** @param added Variables for the environment; undefined where they do not matter. */
  #start(added: Engine['env']): Running {
    if (this.#disposed) throw new InferenceStopped('The inference process was ended.', 'Run the command again.');
    const env = JSON.stringify(added ?? {});
    if (this.#running && added && this.#running.env !== env && this.#running.pending.size === 0) {
      this.#retire(this.#running, 'is started anew');
      this.#crashed.clear();
    }
    if (this.#running) return this.#running;
    const { script, log } = this.#options;
    const child = fork(script, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Under Electron the executable is the editor unless it is told to be node. A debugger's flags are not for the child.
      env: {
        ...process.env,
        ...added,
        ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }),
      },
      execArgv: [],
    });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const watch = setInterval(() => this.#watch(running), Math.min(1000, this.#options.stallSeconds * 250));
    const running: Running = { child, connection, pending: new Map(), watch, env, lastLines: [] };
    this.#running = running;
    log(`Inference process ${child.pid} started.`);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
          running.lastLines = [...running.lastLines, line].slice(-20);
          log(line);
        }
      });
    }
    connection.onNotification(InferenceProgress, ({ id, stage, done, total }) => {
      const pending = running.pending.get(id);
      if (!pending) return;
      pending.lastSign = Date.now();
      pending.onProgress?.({ stage, done, total });
    });
    // Not by way of the connection, which hands on one message at a turn: the process may end right after this one.
    child.on('message', (message) => {
      if (isProvider(message)) running.provider = message.params.provider;
    });
    // Writing to a process that has just ended is reported here and by its exit; the exit says more.
    connection.onError(([error]) => log(error.message));
    child.once('error', (error) => {
      running.reason ??= new InferenceStopped(
        `The inference process could not start (${error.message}).`,
        'Check the installation.',
      );
      this.#ended(running, null, null);
    });
    // What it said last is in its channel and streams, which are read to their ends before 'close'.
    child.once('close', (code, signal) => this.#ended(running, code, signal));
    child.once('exit', (code, signal) => setTimeout(() => this.#ended(running, code, signal), 2000).unref());
    connection.listen();
    return running;
  }

  /** Gives up requests of which nothing has been heard for too long. The process works on one at a time, so any sign counts for all. */
  #watch(running: Running): void {
    const signs = [...running.pending.values()].map(({ lastSign }) => lastSign);
    if (signs.length === 0 || Date.now() - Math.max(...signs) < this.#options.stallSeconds * 1000) return;
    this.#kill(
      running,
      new InferenceStopped(
        `The model made no progress for ${this.#options.stallSeconds} seconds and was ended.`,
        'Run it again, or select another model.',
      ),
    );
  }

  #kill(running: Running, reason: InferenceStopped, excused = false): void {
    if (running.reason === undefined) {
      running.reason = reason;
      running.excused = excused;
    }
    running.child.kill('SIGKILL');
  }

  #ended(running: Running, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    clearInterval(running.watch);
    clearTimeout(this.#idleTimer);
    this.#options.log(`Inference process ${running.child.pid} ended (${signal ?? `code ${code}`}).`);
    const wasWorking = running.pending.size > 0;
    if (wasWorking || code !== 0) {
      this.#crashes++;
      this.#lastCrash = Date.now();
    }
    const error = this.#blame(running, running.reason ?? crash(code, signal, running.lastLines));
    for (const { fail } of running.pending.values()) fail(error);
    running.connection.dispose();
  }

  /** Puts the end of a process down to the execution provider that was at work, if it was another than the CPU. */
  #blame({ provider, excused }: Running, error: InferenceStopped): InferenceStopped {
    if (provider === undefined || provider === 'cpu' || provider === 'remote') return error;
    if (excused || this.#crashed.has(provider)) return error;
    const problem = `${error.problem} It is left out until Hemorica starts again.`;
    this.#crashed.set(provider, { provider, problem });
    this.#options.log(`${provider}: ${problem}`);
    return new ProviderCrash(error.problem, error.remedy);
  }

  #endWhenIdle(running: Running): void {
    if (running.pending.size > 0 || this.#running !== running) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#retire(running, 'is idle and ends'), this.#options.idleSeconds * 1000);
    this.#idleTimer.unref();
  }

  /** Lets a process end that has nothing to do. */
  #retire(running: Running, why: string): void {
    this.#running = undefined;
    clearInterval(running.watch);
    clearTimeout(this.#idleTimer);
    running.connection.dispose();
    // The process ends by itself once its channel is closed.
    running.child.disconnect();
    this.#options.log(`Inference process ${running.child.pid} ${why}.`);
  }
}

const isProvider = (message: unknown): message is { readonly params: { readonly provider?: string } } =>
  typeof message === 'object' && message !== null && 'method' in message && message.method === InferenceProvider.method;
