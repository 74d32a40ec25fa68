/** The versions of one annotation in the commits of its repository, renames followed. */
import type { Git } from './git';
import { pathInRepository, type Repository } from './repository';

export interface Commit {
  /** Full hash. */
  readonly hash: string;
  /** Hashes, the first parent first; none for the first commit. */
  readonly parents: readonly string[];
  readonly author: string;
  /** When it was written, ISO 8601 with the author's time zone. */
  readonly date: string;
  readonly subject: string;
}

/** A commit that changed the file. */
export interface Version extends Commit {
  /** The file's path in the repository in this commit, with `/`. */
  readonly name: string;
  /** Its path before this commit, which differs where the commit renamed it. */
  readonly nameBefore: string;
}

/** Marks the beginning of a commit in the output; no text of a commit has it. */
const MARK = '\u0001';
const FORMAT = ['%H', '%P', '%an', '%aI', '%s'].join('%x00');

/** The commits that changed a file, newest first; none for a file that was never committed, or before the first commit. */
export async function versionsOf(
  git: Git,
  repository: Repository,
  file: string,
  signal?: AbortSignal,
): Promise<Version[]> {
  const path = await pathInRepository(repository, file);
  const { stdout } = await git.run(
    ['log', '--follow', '--name-status', '-z', `--format=%x01${FORMAT}%x00`, '--', path],
    // 128: the repository has no commit yet.
    { cwd: repository.root, accept: [128], ...(signal && { signal }) },
  );
  const versions: Version[] = [];
  let name = path;
  for (const entry of stdout.toString('utf8').split(MARK).slice(1)) {
    const [hash = '', parents = '', author = '', date = '', subject = '', ...files] = entry.split('\0');
    // A merge lists no files; where a file was renamed its old name comes first.
    const named = files.map((part) => part.replace(/^\n/, '')).filter(Boolean);
    const renamed = /^[RC]\d*$/.test(named[0] ?? '');
    const nameBefore = renamed ? (named[1] ?? name) : name;
    versions.push({ hash, parents: parents.split(' ').filter(Boolean), author, date, subject, name, nameBefore });
    name = nameBefore;
  }
  return versions;
}

/** The file's path in a commit: that of its newest version which the commit contains; undefined where it has none. */
export async function nameInCommit(
  git: Git,
  repository: Repository,
  versions: readonly Version[],
  commit: string,
): Promise<string | undefined> {
  for (const { hash, name } of versions) {
    const { status } = await git.run(['merge-base', '--is-ancestor', hash, commit], {
      cwd: repository.root,
      accept: [1],
    });
    if (status === 0) return name;
  }
  // A commit that is no ancestor of the present one may know the file nevertheless.
  return versions[0]?.name;
}

export interface Blob {
  readonly id: string;
  readonly content: Buffer;
}

/** Objects asked for at a time: few processes, little memory. */
const CHUNK = 32;

/** Reads files of commits (`<commit>:<path>`), many with one process; calls back in order, with undefined for what is not there. */
export async function readBlobs(
  git: Git,
  { root }: Repository,
  objects: readonly string[],
  visit: (object: string, blob: Blob | undefined) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (let first = 0; first < objects.length; first += CHUNK) {
    const chunk = objects.slice(first, first + CHUNK);
    const { stdout } = await git.run(['cat-file', '--batch'], {
      cwd: root,
      input: chunk.map((object) => `${object}\n`).join(''),
      ...(signal && { signal }),
    });
    let at = 0;
    for (const object of chunk) {
      const end = stdout.indexOf(10, at);
      const header = stdout.toString('utf8', at, end);
      at = end + 1;
      const [, id, size] = /^([0-9a-f]{40,64}) blob (\d+)$/.exec(header) ?? [];
      if (id === undefined) {
        visit(object, undefined);
        continue;
      }
      visit(object, { id, content: stdout.subarray(at, at + Number(size)) });
      at += Number(size) + 1;
    }
  }
}

/** What the objects are (`<commit>:<path>` to the id of its contents), without reading them. */
export async function blobIds(
  git: Git,
  { root }: Repository,
  objects: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const { stdout } = await git.run(['cat-file', '--batch-check'], {
    cwd: root,
    input: objects.map((object) => `${object}\n`).join(''),
    ...(signal && { signal }),
  });
  const ids = new Map<string, string>();
  for (const [n, line] of stdout.toString('utf8').split('\n').entries()) {
    const [, id] = /^([0-9a-f]{40,64}) blob \d+$/.exec(line) ?? [];
    const object = objects[n];
    if (id !== undefined && object !== undefined) ids.set(object, id);
  }
  return ids;
}
