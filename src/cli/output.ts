/** What the command line prints: results on stdout, everything else on stderr. */
import path from 'node:path';
import { AnnotationError } from '../core/annotation/error';
import { ScanError } from '../core/volume';
import { WriteError } from '../node/atomic-write';
import { MergeRefused } from '../node/git/driver';
import { GitError } from '../node/git/git';
import { InferenceStopped } from '../node/inference-client';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One line on stderr. */
export function complain(text: string): void {
  process.stderr.write(`hemorica: ${text.replace(/\s*\n\s*/g, ' ')}\n`);
}

/** Whether an error is about the user's input or disk, and so is told in one line without a stack. */
export function isExpected(error: unknown): error is Error {
  const kinds = [ScanError, WriteError, InferenceStopped, AnnotationError, GitError, MergeRefused];
  return kinds.some((kind) => error instanceof kind);
}

/** Does one piece of work on what the user named. An expected failure is told on stderr. Resolves to the exit code, 0 or 1. */
export async function attempt(named: string, work: () => Promise<void>): Promise<0 | 1> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    complain(withPath(error, named));
    return 1;
  }
}

/**
 * An error's line, led by the path as the user gave it where the error is about that file or only
 * about a file inside of it. What could not be written has a path of its own.
 */
export function withPath(error: Error, given: string): string {
  if (error instanceof WriteError) return error.message;
  const file = 'file' in error && typeof error.file === 'string' ? error.file : undefined;
  if (file !== undefined && (file === path.basename(given) || file === path.resolve(given))) {
    return given + error.message.slice(file.length);
  }
  return error.message.startsWith(given) ? error.message : `${given}: ${error.message}`;
}

/** Progress on one line of a terminal that is not asked to be quiet; elsewhere nothing. */
export class ProgressLine {
  readonly #shown: boolean;
  #last = '';

  constructor(quiet: boolean) {
    this.#shown = !quiet && process.stderr.isTTY === true;
  }

  show(text: string): void {
    if (!this.#shown || text === this.#last) return;
    process.stderr.write(`\r\u001b[K${text}`);
    this.#last = text;
  }

  clear(): void {
    if (this.#last !== '') process.stderr.write('\r\u001b[K');
    this.#last = '';
  }
}

/** A number with at most `digits` decimals and no trailing zeros. */
export function decimal(value: number, digits = 3): string {
  return String(Number(value.toFixed(digits)) + 0);
}
