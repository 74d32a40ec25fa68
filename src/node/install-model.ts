/** Putting a model into a folder of models: whole or not at all, and never over another. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ScanError } from '../core/volume';
import { WriteError, writeAtomically } from './atomic-write';
import { MANIFEST } from './models';

export interface NewModel {
  /** Folder of models; it is made where it is missing. */
  readonly into: string;
  /** Name of the model's own folder in it. */
  readonly name: string;
  /** Text of the manifest. */
  readonly manifest: string;
  /** Absolute path of the network, and what its SHA-256 must be. */
  readonly network: string;
  readonly sha256: string;
  /** Name of the network's file beside the manifest. */
  readonly file: string;
}

/**
 * Makes the folder of a model. All is written into a hidden folder beside it, which then gets its
 * name. Throws WriteError, also where there is something of that name, and ScanError where the network
 * is not the one that was looked into; nothing is left behind then. Resolves to the model's folder.
 */
export async function installModel({ into, name, manifest, network, sha256, file }: NewModel): Promise<string> {
  const target = path.join(into, name);
  const taken = (): WriteError =>
    new WriteError(target, 'there is a folder of this name already.', 'Choose another name for the model.');
  await fs.mkdir(into, { recursive: true }).catch((error: unknown) => {
    throw new WriteError(into, `the folder cannot be made (${textOf(error)}).`, 'Choose another place.');
  });
  if (await isThere(target)) throw taken();
  const temporary = path.join(into, `.${name}.${randomBytes(6).toString('hex')}.tmp`);
  await fs.mkdir(temporary).catch((error: unknown) => {
    throw new WriteError(into, `the folder cannot be written to (${textOf(error)}).`, 'Choose another place.');
  });
  try {
    if ((await copy(network, path.join(temporary, file))) !== sha256) {
      throw new ScanError(network, 'it changed while it was copied.', 'Add it again once it is complete.');
    }
    await writeAtomically(path.join(temporary, MANIFEST), manifest);
    if (await isThere(target)) throw taken();
    await fs.rename(temporary, target).catch((error: NodeJS.ErrnoException) => {
      throw ['EEXIST', 'ENOTEMPTY'].includes(error.code ?? '') ? taken() : error;
    });
    return target;
  } catch (error) {
    await fs.rm(temporary, { recursive: true, force: true });
    if (error instanceof WriteError || error instanceof ScanError) throw error;
    throw new WriteError(target, `it could not be written (${textOf(error)}).`, 'Check the disk and try again.');
  }
}

/**
 * A name that is free in a folder: the one that is wanted, or with a number after it.
 * @param taken Names that other models have, wherever they lie.
 */
export async function freeName(into: string, wanted: string, taken: ReadonlySet<string> = new Set()): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(name) && !(await isThere(path.join(into, name)))) return name;
  }
}

/** SHA-256 of a file, lower-case hex, read piece by piece. */
export async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { ...(signal && { signal }) });
  return hash.digest('hex');
}

/** Copies a file to a new one, onto the disk; gives its SHA-256. */
async function copy(from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk);
      next(null, chunk);
    },
  });
  await pipeline(createReadStream(from), through, createWriteStream(to, { flags: 'wx', flush: true }));
  return hash.digest('hex');
}

async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    () => false,
  );
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
