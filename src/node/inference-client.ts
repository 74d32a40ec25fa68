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
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { ScanCheck } from '../core/lint/voxels';
import { ScanError } from '../core/volume';
import {
  CANCELLED,
  CheckMask,
  type CheckMaskParams,
  FAILED,
  InferenceProgress,
  type InferenceStage,
  Segment,
  type SegmentParams,
  type SegmentResult,
} from '../protocol/inference';

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
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InferenceStage) => void;
}

/** The inference process ended or hung before it had answered. */
export class InferenceStopped extends Error {
  override readonly name = 'InferenceStopped';
  constructor(
    /** What happened, one sentence. */
    readonly problem: string,
    /** What the user can do, one sentence. */
    readonly remedy: string,
  ) {
    super(`${problem} ${remedy}`);
  }
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
  /** Why we kill it, if we do. */
  reason?: InferenceStopped;
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

  constructor({
    script,
    log = () => {},
    idleSeconds = 60,
    stallSeconds = 120,
    cancelSeconds = 10,
  }: InferenceClientOptions) {
    this.#options = { script, log, idleSeconds, stallSeconds, cancelSeconds };
  }

  /** Process id while the process runs. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /**
   * Runs a model on a scan. Rejects with ScanError for a bad scan or model, InferenceStopped when the
   * process crashed or hung, and the signal's reason when aborted.
   */
  segment(params: Omit<SegmentParams, 'id'>, options: RequestOptions = {}): Promise<SegmentResult> {
    return this.#request(
      (running, id, token) => running.connection.sendRequest(Segment, { ...params, id }, token),
      options,
    );
  }

  /** Holds an annotation against its scan. Rejects as `segment` does. */
  checkMask(params: Omit<CheckMaskParams, 'id'>, options: RequestOptions = {}): Promise<ScanCheck> {
    return this.#request(
      (running, id, token) => running.connection.sendRequest(CheckMask, { ...params, id }, token),
      options,
    );
  }

  async #request<T>(
    send: (running: Running, id: number, token: CancellationToken) => Promise<T>,
    options: RequestOptions,
  ): Promise<T> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    await this.#pause(signal);
    signal?.throwIfAborted();
    const running = this.#start();
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
      grace = setTimeout(() => this.#kill(running, late), cancelSeconds * 1000);
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
      this.#kill(this.#running, new InferenceStopped('The inference process was ended.', 'Run the command again.'));
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

  #start(): Running {
    if (this.#disposed) throw new InferenceStopped('The inference process was ended.', 'Run the command again.');
    if (this.#running) return this.#running;
    const { script, log } = this.#options;
    const child = fork(script, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Under Electron the executable is the editor unless it is told to be node. A debugger's flags are not for the child.
      env: { ...process.env, ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }) },
      execArgv: [],
    });
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    const watch = setInterval(() => this.#watch(running), Math.min(1000, this.#options.stallSeconds * 250));
    const running: Running = { child, connection, pending: new Map(), watch, lastLines: [] };
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
    // Writing to a process that has just ended is reported here and by its exit; the exit says more.
    connection.onError(([error]) => log(error.message));
    child.once('error', (error) => {
      running.reason ??= new InferenceStopped(
        `The inference process could not start (${error.message}).`,
        'Check the installation.',
      );
      this.#ended(running, null, null);
    });
    child.once('exit', (code, signal) => this.#ended(running, code, signal));
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

  #kill(running: Running, reason: InferenceStopped): void {
    running.reason ??= reason;
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
    const error = running.reason ?? crash(code, signal, running.lastLines);
    for (const { fail } of running.pending.values()) fail(error);
    running.connection.dispose();
  }

  #endWhenIdle(running: Running): void {
    if (running.pending.size > 0 || this.#running !== running) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      this.#running = undefined;
      clearInterval(running.watch);
      running.connection.dispose();
      // The process ends by itself once its channel is closed.
      running.child.disconnect();
      this.#options.log(`Inference process ${running.child.pid} is idle and ends.`);
    }, this.#options.idleSeconds * 1000);
    this.#idleTimer.unref();
  }
}

/** What the process itself answered, as the error that the caller knows. */
function toError(error: unknown): Error {
  if (error instanceof ResponseError && error.code === FAILED && isFailure(error.data)) {
    return new ScanError(error.data.file, error.data.problem, error.data.remedy);
  }
  if (error instanceof ResponseError && error.code === CANCELLED) {
    return new InferenceStopped('The request was cancelled.', 'Run the command again.');
  }
  return error instanceof Error ? error : new Error(String(error));
}

function isFailure(data: unknown): data is { file: string; problem: string; remedy: string } {
  return typeof data === 'object' && data !== null && 'file' in data && 'problem' in data && 'remedy' in data;
}

function crash(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): InferenceStopped {
  const said = lines.join('\n');
  if (signal === 'SIGKILL' || /out of memory|bad_alloc|std::length_error/i.test(said)) {
    return new InferenceStopped(
      `The inference process was ended by the system (${signal ?? `code ${code}`}), most likely for lack of memory.`,
      'Close other programs, or use a smaller scan or model.',
    );
  }
  const last = lines.at(-1);
  return new InferenceStopped(
    `The inference process ended unexpectedly (${signal ?? `code ${code}`})${last ? `: ${last}` : ''}.`,
    'Run the command again; if it happens again, report it with the output channel.',
  );
}
