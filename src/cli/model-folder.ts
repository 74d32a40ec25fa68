/** Models that the command line is given by name. */
import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type ModelManifest, parseManifest } from '../core/model/manifest';
import { ScanError } from '../core/volume';
import { MODELS } from './place';

const MANIFEST = 'model.json';

/** Absolute folder of a built-in model, or of one that is named by its folder. Throws ScanError where there is none. */
export function modelFolder(model: string): string {
  const builtIn = path.join(MODELS, model);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model) && existsSync(path.join(builtIn, MANIFEST))) return builtIn;
  if (existsSync(model)) return path.resolve(model);
  throw new ScanError(
    model,
    'there is no built-in model and no folder of this name.',
    'Name a folder with a model.json; "hemorica models" lists the built-in ones.',
  );
}

/** The manifest of a model's folder. Throws ScanError that names the file and the field. */
export async function readModelManifest(folder: string): Promise<ModelManifest> {
  const file = path.join(folder, MANIFEST);
  const text = await fs.readFile(file, 'utf8').catch(() => {
    throw new ScanError(folder, 'the folder holds no model.json that can be read.', 'Name the folder of a model.');
  });
  return parseManifest(text, file);
}

/** Folders of the built-in models, by name. */
export async function builtInModels(): Promise<string[]> {
  const names = await fs.readdir(MODELS).catch(() => []);
  return names
    .sort()
    .map((name) => path.join(MODELS, name))
    .filter((folder) => existsSync(path.join(folder, MANIFEST)));
}
