/** The commits that have changed a file. */
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface FileCommit {
  readonly hash: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  /** Absolute path that the file had after this commit. */
  readonly file: string;
}

/** Commits that are listed, at most. */
const COMMITS = 300;

/**
 * The commits of a file, the newest first, also under its former names; none where git knows no such file.
 * @param git Path of the git program.
 * @param file Absolute path.
 */
export async function commitsOf(git: string, file: string): Promise<FileCommit[]> {
  const cwd = path.dirname(file);
  const options = { cwd, maxBuffer: 2 ** 26 };
  const root = (await run(git, ['rev-parse', '--show-toplevel'], options)).stdout.trim();
  const format = '--format=%x01%H%x00%an%x00%aI%x00%s%x00';
  const { stdout } = await run(
    git,
    ['log', '--follow', `--max-count=${COMMITS}`, '--name-only', '-z', format, '--', path.basename(file)],
    options,
  );
  return parseLog(stdout).map((commit) => ({ ...commit, file: path.join(root, ...commit.file.split('/')) }));
}

/** Whether a revision is an ancestor of another one, and not the same; false where git cannot tell. `file` lies in the repository. */
export async function isAncestor(git: string, file: string, ancestor: string, revision: string): Promise<boolean> {
  try {
    const options = { cwd: path.dirname(file) };
    const { stdout } = await run(git, ['rev-parse', ancestor, revision], options);
    const [first = '', second = ''] = stdout.trim().split('\n');
    // Exits with 1, and so throws, where it is none.
    await run(git, ['merge-base', '--is-ancestor', first, second], options);
    return first !== second;
  } catch {
    return false;
  }
}

/** Reads what `commitsOf` has git print: for each commit \x01, then fields and the file's name, each ended by NUL. */
export function parseLog(output: string): FileCommit[] {
  return output
    .split('\x01')
    .slice(1)
    .flatMap((record) => {
      const [hash = '', author = '', date = '', subject = '', ...rest] = record.split('\0');
      const file = rest.map((name) => name.replace(/^\n+/, '')).find((name) => name !== '');
      return file === undefined ? [] : [{ hash, author, date, subject, file }];
    });
}
