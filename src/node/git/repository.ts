/** The repository that a file lies in, and the file as git knows it. */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type Git, GitError } from './git';

export interface Repository {
  /** Absolute path of the working tree's top folder; of a submodule or a linked worktree its own. */
  readonly root: string;
}

/** The repository of a file or folder that exists. Throws GitError where there is none. */
export async function repositoryOf(git: Git, named: string): Promise<Repository> {
  const absolute = path.resolve(named);
  const stat = await fs.stat(absolute).catch(() => undefined);
  const cwd = stat?.isDirectory() ? absolute : path.dirname(absolute);
  const root = await git.text(['rev-parse', '--show-toplevel'], { cwd }).catch((error: unknown) => {
    if (!(error instanceof GitError) || error.status === undefined) throw error;
    const unsafe = error.message.includes('dubious ownership');
    throw new GitError(
      unsafe
        ? `${named} lies in a git repository that belongs to someone else.`
        : `${named} lies in no git repository with a working tree.`,
      unsafe ? 'Run git status there; git says how to allow it.' : 'Name a file or folder in a repository.',
      error.status,
    );
  });
  return { root: path.resolve(root) };
}

/** Path of a file in its repository, with `/`, as git names it. Links in the way to it are followed, as git does. */
export async function pathInRepository({ root }: Repository, file: string): Promise<string> {
  const folder = await fs.realpath(path.dirname(path.resolve(file)));
  const relative = path.relative(await fs.realpath(root), path.join(folder, path.basename(file)));
  return relative.split(path.sep).join('/');
}

/**
 * A file's bytes in a revision; undefined where the revision does not have it. Throws GitError for
 * a revision that does not exist.
 * @param name Path in the repository, with `/`.
 */
export async function fileAtRevision(
  git: Git,
  repository: Repository,
  revision: string,
  name: string,
): Promise<Buffer | undefined> {
  return readObject(git, repository, `${await resolveRevision(git, repository, revision)}:${name}`);
}

/** A file's bytes in the index: 0 as it is staged; of an unmerged file 1 base, 2 ours, 3 theirs. Undefined where there is none. */
export async function fileAtStage(
  git: Git,
  repository: Repository,
  stage: 0 | 1 | 2 | 3,
  name: string,
): Promise<Buffer | undefined> {
  return readObject(git, repository, `:${stage}:${name}`);
}

async function readObject(git: Git, { root }: Repository, object: string): Promise<Buffer | undefined> {
  const { status, stdout } = await git.run(['cat-file', 'blob', object], { cwd: root, accept: [128] });
  return status === 0 ? stdout : undefined;
}

/** The commit that a revision names. Throws GitError if there is none. */
export async function resolveRevision(git: Git, { root }: Repository, revision: string): Promise<string> {
  checkRevision(revision);
  const { status, stdout } = await git.run(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    { cwd: root, accept: [1, 128] },
  );
  // Before 2.30 rev-parse prints --end-of-options back.
  const commit = stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
  if (status === 0 && /^[0-9a-f]{40,64}$/.test(commit)) return commit;
  throw new GitError(`There is no revision "${revision}".`, 'Name a commit, branch or tag; git log lists commits.');
}

/** A revision given by the user must never be read as an option. */
function checkRevision(revision: string): void {
  if (revision.startsWith('-') || /[\s:\0]/.test(revision))
    throw new GitError(`"${revision}" is no revision.`, 'Name a commit, branch or tag.');
}

/** Which sides of an unmerged file the index has: 1 base, 2 ours, 3 theirs; none for a file that is merged. */
export async function unmergedStages(git: Git, repository: Repository, file: string): Promise<(1 | 2 | 3)[]> {
  const name = await pathInRepository(repository, file);
  const listed = await git.text(['--literal-pathspecs', 'ls-files', '--unmerged', '-z', '--', name], {
    cwd: repository.root,
  });
  return ([1, 2, 3] as const).filter((stage) => new RegExp(` ${stage}\\t`).test(listed));
}

/** Puts a file into the index as it is on disk, which marks it as merged. */
export async function stageFile(git: Git, repository: Repository, file: string): Promise<void> {
  const name = await pathInRepository(repository, file);
  await git.run(['--literal-pathspecs', 'add', '--', name], { cwd: repository.root });
}
