/** How requests to the inference process fail. */
import { ResponseError } from 'vscode-jsonrpc/node';
import { ScanError } from '../core/volume';
import { CANCELLED, FAILED } from '../protocol/inference';

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

/** The process ended while an execution provider other than the CPU was at work; without that one the request can be sent again. */
export class ProviderCrash extends InferenceStopped {}

/** What the process itself answered, as the error that the caller knows. */
export function toError(error: unknown): Error {
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

/** What the end of a process looks like to the user. @param lines What it printed last. */
export function crash(code: number | null, signal: NodeJS.Signals | null, lines: readonly string[]): InferenceStopped {
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
