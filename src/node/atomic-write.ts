/**
 * Writing a file so that a crash, a full disk or a read-only folder leaves the old file or the new
 * one, whole: the bytes go to a temporary file in the same folder, are flushed, and the temporary
 * file is renamed over the target, which POSIX and NTFS do in one step.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';

/** A file that cannot be written: names the file, what is wrong and what can be done, in that order. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  constructor(
    readonly file: string,
    /** What is wrong, one sentence without the file name. */
    readonly problem: string,
    /** What the user can do, one sentence. */
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${problem} ${remedy}`, options);
  }
}

/** Temporary files that a killed process left behind are removed by the next write once they are this old, ms. */
const STALE_AFTER = 10 * 60_000;

/** Writes to one target never overtake each other: the file ends as the last call wanted it. */
const queues = new Map<string, Promise<void>>();

/**
 * Replaces the contents of a file, or creates it (its folder must exist). A symbolic link is
 * followed, so the link stays; an existing file keeps its mode. Resolves once bytes and name are on
 * the disk. Throws WriteError, with the old file untouched and no temporary file left.
 */
export async function writeAtomically(file: string, data: Uint8Array | string): Promise<void> {
  const target = path.resolve(file);
  const before = queues.get(target) ?? Promise.resolve();
  const write = before
    .then(() => replace(target, data))
    .catch((error: unknown) => Promise.reject(explain(error, file)));
  const settled = write.catch(() => undefined);
  queues.set(target, settled);
  try {
    await write;
  } finally {
    if (queues.get(target) === settled) queues.delete(target);
  }
}

async function replace(named: string, data: Uint8Array | string): Promise<void> {
  const target = await fs.realpath(named).catch(() => named);
  const folder = path.dirname(target);
  const old = await fs.stat(target).catch(() => undefined);
  // A rename needs no permission on the file itself; a file made read-only on purpose stays as it is.
  if (old) await (await fs.open(target, 'r+')).close();
  await removeStale(folder, path.basename(target));
  const temporary = path.join(folder, `${prefixOf(path.basename(target))}${randomBytes(6).toString('hex')}.tmp`);
  const handle = await fs.open(temporary, 'wx');
  try {
    try {
      await handle.writeFile(data);
      if (old) await handle.chmod(old.mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Hidden, so that explorers and globs for `*.ich.json` pass it by. */
const prefixOf = (name: string): string => `.${name}.`;

async function removeStale(folder: string, name: string): Promise<void> {
  const prefix = prefixOf(name);
  const names = await fs.readdir(folder).catch(() => []);
  for (const entry of names) {
    if (!entry.startsWith(prefix) || !/^[0-9a-f]{12}\.tmp$/.test(entry.slice(prefix.length))) continue;
    const temporary = path.join(folder, entry);
    const age =
      Date.now() -
      (await fs.stat(temporary).then(
        (stat) => stat.mtimeMs,
        () => Date.now(),
      ));
    if (age > STALE_AFTER) await fs.rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Windows refuses a rename over a file that another program (a virus scanner, an indexer) has open for a moment. */
async function rename(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fs.rename(from, to);
    } catch (error) {
      const transient = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error));
      if (!transient || attempt === 8) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt));
    }
  }
}

/** Flushes the new name. Windows and some network file systems cannot open or flush a folder: there the rename alone must do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** [what is wrong, what to do] by the system's error code. */
const EXPLANATIONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['the disk is full.', 'Free some space and save again; the file on disk is unchanged.'],
  EDQUOT: ['your disk quota is used up.', 'Free some space and save again; the file on disk is unchanged.'],
  EFBIG: ['the file would be larger than is allowed here.', 'Save it in another place.'],
  EACCES: ['the file or its folder may not be written to.', 'Change its permissions, or save in another folder.'],
  EPERM: ['the file or its folder may not be written to.', 'Change its permissions, or save in another folder.'],
  EROFS: ['its disk is read-only.', 'Save in a folder on another disk.'],
  ENOENT: ['its folder does not exist.', 'Create the folder, or save in another one.'],
  ENOTDIR: ['its folder is a file.', 'Save in another folder.'],
  EISDIR: ['a folder of this name is in the way.', 'Move the folder away, or save under another name.'],
  EBUSY: ['another program has the file open.', 'Close it there and save again.'],
};

function explain(error: unknown, file: string): WriteError {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const [problem, remedy] = EXPLANATIONS[code] ?? [
    `it could not be written (${message}).`,
    'Check the disk and save again.',
  ];
  return new WriteError(file, problem, remedy, { cause: error });
}
