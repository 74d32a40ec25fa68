/** Finding the models that lie in folders: the built-in ones, those of the settings, those of a workspace. */
import * as fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ModelTask } from '../core/model/default-models';
import { type ModelManifest, parseManifest } from '../core/model/manifest';
import { ScanError } from '../core/volume';

/** Name of the manifest in a model's folder. */
export const MANIFEST = 'model.json';

/** Where a model comes from: shipped, added by the user, from a folder that was named, from the workspace. */
export type ModelSource = 'built-in' | 'added' | 'folder' | 'workspace';

/** A folder in which models are looked for. */
export interface ModelPlace {
  /** Absolute path of a folder with a folder for each model, or of one model's own folder. */
  readonly folder: string;
  readonly source: ModelSource;
  /** Whether it is a fault that the folder is not there: it is where a user has named it. */
  readonly required?: boolean;
}

interface Found {
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly source: ModelSource;
  /** The manifest's name; the folder's where the manifest cannot be read. */
  readonly name: string;
  /** The folder of the model that is used under this name, since it comes first. */
  readonly hiddenBy?: string;
}

export interface UsableModel extends Found {
  readonly manifest: ModelManifest;
  /** Size of the network's file in bytes. */
  readonly bytes: number;
}

export interface BrokenModel extends Found {
  /** What is wrong with which file, and what to do. */
  readonly problem: ScanError;
}

export type FoundModel = UsableModel | BrokenModel;

export const isUsable = (model: FoundModel): model is UsableModel => 'manifest' in model;

/** More folders than this in one place are no collection of models. */
const MOST_FOLDERS = 1000;

/** A manifest is a page of text; what is larger is something else. Bytes. */
const LARGEST_MANIFEST = 1 << 20;

/**
 * The models of places, in the order of the places and by folder name in each. Of several with one
 * name the first is used and the others are told to be hidden by it; so what comes first cannot be
 * replaced by what comes later. A model that cannot be used is listed with its problem. Nothing of
 * the networks themselves is read.
 */
export async function discoverModels(places: readonly ModelPlace[]): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  const folders = new Set<string>();
  for (const place of places) {
    for (const model of await inPlace(place)) {
      // The same folder may be reached twice, as a workspace's own that is also in the settings.
      const real = await fs.realpath(model.folder).catch(() => model.folder);
      if (folders.has(real)) continue;
      folders.add(real);
      found.push(model);
    }
  }
  const first = new Map<string, string>();
  return found.map((model) => {
    if (!isUsable(model)) return model;
    const hiddenBy = first.get(model.name);
    if (hiddenBy !== undefined) return { ...model, hiddenBy };
    first.set(model.name, model.folder);
    return model;
  });
}

/** The model that is used under a name for a task, of those that were found. */
export function modelNamed(models: readonly FoundModel[], name: string, task: ModelTask): UsableModel | undefined {
  return models
    .filter(isUsable)
    .find((model) => model.name === name && model.hiddenBy === undefined && model.manifest.task === task);
}

/** The model in a folder, or why it cannot be used. */
export async function modelIn(folder: string, source: ModelSource): Promise<FoundModel> {
  const name = path.basename(folder);
  try {
    const manifest = await readManifestFile(folder);
    return { folder, source, name: manifest.name, manifest, bytes: await networkSize(folder, manifest) };
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return { folder, source, name, problem: error };
  }
}

/** The manifest of a model's folder. Throws ScanError that names the file and the field. */
export async function readManifestFile(folder: string): Promise<ModelManifest> {
  const file = path.join(folder, MANIFEST);
  const text = await readText(file).catch((error: unknown) => {
    if (error instanceof ScanError) throw error;
    throw new ScanError(folder, `the folder holds no ${MANIFEST} that can be read.`, 'Name the folder of a model.');
  });
  return parseManifest(text, file);
}

async function readText(file: string): Promise<string> {
  const { size } = await fs.stat(file);
  if (size > LARGEST_MANIFEST) {
    throw new ScanError(file, `it has ${size} bytes, which no manifest needs.`, 'Correct the manifest.');
  }
  return fs.readFile(file, 'utf8');
}

async function networkSize(folder: string, manifest: ModelManifest): Promise<number> {
  const file = path.join(folder, manifest.file);
  const stat = await fs.stat(file).catch(() => undefined);
  if (stat?.isFile()) return stat.size;
  throw new ScanError(
    path.join(folder, MANIFEST),
    `"file" is "${manifest.file}", and there is no such file beside it.`,
    'Put the network there, or install the model again.',
  );
}

async function inPlace({ folder, source, required = false }: ModelPlace): Promise<FoundModel[]> {
  const broken = (problem: string, remedy: string): FoundModel[] => [
    { folder, source, name: path.basename(folder), problem: new ScanError(folder, problem, remedy) },
  ];
  if (await exists(path.join(folder, MANIFEST))) return [await modelIn(folder, source)];
  let entries: string[];
  try {
    entries = await fs.readdir(folder);
  } catch (error) {
    if (!required) return [];
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return missing
      ? broken('there is no such folder of models.', 'Create it, or name another one.')
      : broken(`the folder cannot be read (${String(error)}).`, 'Check its permissions.');
  }
  if (entries.length > MOST_FOLDERS) {
    if (!required) return [];
    return broken(`it holds ${entries.length} files.`, 'Name a folder that holds models.');
  }
  const models: FoundModel[] = [];
  for (const name of entries.sort()) {
    const child = path.join(folder, name);
    if (await exists(path.join(child, MANIFEST))) models.push(await modelIn(child, source));
  }
  return models;
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** A path that a user wrote: "~" is the home folder, what is not absolute lies below `base`. */
export function userPath(written: string, base: string): string {
  const expanded = /^~(?=$|[/\\])/.test(written) ? os.homedir() + written.slice(1) : written;
  return path.resolve(base, expanded);
}
