/** Running git: by arguments, never through a shell, and never waiting for a question on a terminal. */
import { spawn } from 'node:child_process';

/** git that failed or is not there: says what is wrong and what to do. */
export class GitError extends Error {
  override readonly name = 'GitError';
  constructor(
    /** What is wrong, one sentence. */
    readonly problem: string,
    /** What the user can do, one sentence. */
    readonly remedy: string,
    /** Exit status of git; undefined if it did not run. */
    readonly status?: number,
  ) {
    super(`${problem} ${remedy}`);
  }
}

export interface GitOptions {
  /** Folder that git runs in. */
  readonly cwd: string;
  /** What git reads on its standard input. */
  readonly input?: string | Uint8Array;
  /** Exit statuses beside 0 that are answers, not failures. */
  readonly accept?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface GitOutput {
  readonly status: number;
  readonly stdout: Buffer;
}

/** One git executable. */
export class Git {
  /** @param executable Its path, or a name that is looked up in PATH. */
  constructor(private readonly executable = 'git') {}

  /** Runs git with arguments. Throws GitError, or the signal's reason. */
  async run(args: readonly string[], { cwd, input, accept = [], signal }: GitOptions): Promise<GitOutput> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const child = spawn(this.executable, [...args], {
        cwd,
        windowsHide: true,
        // Reading must not lock the index against the user's own git, nor ask for anything.
        env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', LC_ALL: 'C' },
        ...(signal && { signal }),
      });
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(signal.reason);
        else reject(error.code === 'ENOENT' ? missing(this.executable) : error);
      });
      child.on('close', (status) => {
        if (signal?.aborted) return reject(signal.reason);
        const code = status ?? -1;
        if (code === 0 || accept.includes(code)) return resolve({ status: code, stdout: Buffer.concat(stdout) });
        const said = Buffer.concat(stderr).toString('utf8').trim().split('\n').at(-1) ?? '';
        reject(
          new GitError(
            `git ${args.find((arg) => !arg.startsWith('-')) ?? ''} failed: ${said.replace(/^(?:fatal|error): /, '') || `status ${code}`}.`,
            'Run it in a terminal to see more.',
            code,
          ),
        );
      });
      // git may end without reading all of its input.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
    });
  }

  /** What git prints, as text without the last line's end. */
  async text(args: readonly string[], options: GitOptions): Promise<string> {
    return (await this.run(args, options)).stdout.toString('utf8').replace(/\r?\n$/, '');
  }
}

function missing(executable: string): GitError {
  return new GitError(
    `git cannot be started (${executable}).`,
    'Install git, and check that it is in PATH and that the folder exists.',
  );
}
