import type { CommandModule } from 'yargs';
import type { ModelManifest } from '../../core/model/manifest';
import { discoverModels, isUsable, type UsableModel } from '../../node/models';
import { MODELS_VARIABLE, modelPlaces } from '../model-folder';
import { complain, decimal, print } from '../output';
import { shown } from '../scan-summary';

interface ModelsArguments {
  readonly folders: string[] | undefined;
  readonly models: string[] | undefined;
  readonly json: boolean;
}

export const models: CommandModule<object, ModelsArguments> = {
  command: 'models [folders..]',
  describe: 'List the built-in models, and those in folders, with task, size and license',
  builder: (yargs) =>
    yargs
      .positional('folders', { type: 'string', array: true, describe: 'Folders with models, or with a model.json' })
      .option('models', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: `The same as FOLDERS, as other commands take it; also from ${MODELS_VARIABLE}`,
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each model' })
      .example('$0 models', 'The built-in models')
      .example('$0 models my-models/ --json', 'These and your own, for a program')
      .epilogue('For research only. Not a medical device.'),
  handler: async ({ folders = [], models: more = [], json }) => {
    let broken = 0;
    for (const model of await discoverModels(modelPlaces([...folders, ...more]))) {
      if (isUsable(model)) print(json ? describeJson(model) : describe(model));
      else {
        broken++;
        complain(model.problem.message);
      }
    }
    process.exitCode = broken > 0 ? 1 : 0;
  },
};

function describeJson({ manifest, folder, bytes, source, hiddenBy }: UsableModel): string {
  const { name, title, version, task, sha256, license, provenance } = manifest;
  const common = { name, title, version, task, builtIn: source === 'built-in', folder, bytes, sha256 };
  return JSON.stringify({
    ...common,
    threshold: manifest.threshold,
    input: sizeOf(manifest),
    license,
    provenance,
    ...(hiddenBy !== undefined && { hiddenBy }),
  });
}

function describe({ manifest, folder, bytes, hiddenBy }: UsableModel): string {
  const { name, title, version, task, license, provenance } = manifest;
  const { width, height, channels } = sizeOf(manifest);
  const rows = [
    ['title', `${title}, version ${version}`],
    ['task', task],
    ['input', `${width} x ${height}, ${channels} channel${channels === 1 ? '' : 's'}`],
    ['size', `${decimal(bytes / 1e6, 1)} MB`],
    [
      'license',
      `${license.name}${license.use === 'non-commercial' ? '; no commercial use' : ''}. ${license.attribution}`,
    ],
    ['made of', provenance],
    ['folder', shown(folder)],
    ...(hiddenBy === undefined ? [] : [['hidden', `${shown(hiddenBy)} has the same name and comes first`]]),
  ];
  return [name, ...rows.map(([field = '', value]) => `  ${field.padEnd(8)} ${value}`)].join('\n');
}

function sizeOf({ input }: ModelManifest): { width: number; height: number; channels: number } {
  return { width: input.width, height: input.height, channels: input.channels.length };
}
