/** Models that the command line is given by name or folder. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_MODELS, type ModelTask } from '../core/model/default-models';
import { ScanError } from '../core/volume';
import {
  discoverModels,
  type FoundModel,
  isUsable,
  type ModelPlace,
  modelIn,
  modelNamed,
  type UsableModel,
  userPath,
} from '../node/models';
import { MODELS } from './place';

/** Environment variable with folders of models, separated as in PATH. */
export const MODELS_VARIABLE = 'HEMORICA_MODELS';

/** What `--model` and `--models` say, for the commands that run a model. */
export interface ModelArguments {
  readonly model: string | undefined;
  readonly models: readonly string[] | undefined;
}

/** The options `--model` and `--models`. */
export const modelOptions = (task: ModelTask) =>
  ({
    model: {
      type: 'string',
      requiresArg: true,
      ...(DEFAULT_MODELS[task] !== undefined && { default: DEFAULT_MODELS[task] }),
      describe: 'Name of a model that "hemorica models" lists, or folder with a model.json',
    },
    models: {
      type: 'string',
      array: true,
      // One for each time that it is named: what follows are scans.
      nargs: 1,
      describe: `Folder in which to look for models, too, as often as there are such; also from ${MODELS_VARIABLE}`,
    },
  }) as const;

/** Where models are looked for: built-in ones first, then the folders named, then those of the environment. */
export function modelPlaces(named: readonly string[] = []): ModelPlace[] {
  const variable = process.env[MODELS_VARIABLE] ?? '';
  const folders = [...named, ...variable.split(path.delimiter).filter((folder) => folder !== '')];
  return [
    { folder: MODELS, source: 'built-in' },
    ...folders.map((folder) => ({
      folder: userPath(folder, process.cwd()),
      source: 'folder' as const,
      required: true,
    })),
  ];
}

/**
 * The model to run for a task: of that name, in that folder, or the default one. Throws ScanError
 * where there is none, where it is broken, or where it is for another task.
 */
export async function findModel({ model, models }: ModelArguments, task: ModelTask): Promise<UsableModel> {
  const name = model ?? DEFAULT_MODELS[task];
  if (name === undefined) {
    throw new ScanError('--model', `no model for ${task} is built in.`, 'Name a folder with a model.json.');
  }
  const all = await discoverModels(modelPlaces(models));
  const found = modelNamed(all, name, task);
  if (found) return found;
  const other = all.find((one) => one.name === name && one.hiddenBy === undefined) ?? (await modelAt(name));
  if (!isUsable(other)) throw other.problem;
  if (other.manifest.task === task) return other;
  throw new ScanError(name, `the model is for ${other.manifest.task}, not for ${task}.`, 'Name another model.');
}

/** The model in a folder that was named. Throws ScanError where there is no such folder. */
async function modelAt(named: string): Promise<FoundModel> {
  if (existsSync(named)) return modelIn(path.resolve(named), 'folder');
  throw new ScanError(
    named,
    'there is no built-in model and no folder of this name.',
    'Name a folder with a model.json; "hemorica models" lists the models.',
  );
}
