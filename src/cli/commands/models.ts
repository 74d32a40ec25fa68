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
        nargs: 1,
        describe: `The same as one of FOLDERS, as other commands take it; also from ${MODELS_VARIABLE}`,
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
  const { name, title, version, task, sha256, threshold, thresholds, license, provenance, metrics, research } =
    manifest;
  return JSON.stringify({
    ...{ name, title, version, task, builtIn: source === 'built-in', folder, bytes, sha256, threshold },
    ...(thresholds && { thresholds }),
    input: inputOf(manifest),
    labels: labelsOf(manifest),
    license,
    provenance,
    metrics,
    ...(research !== undefined && { research }),
    ...(hiddenBy !== undefined && { hiddenBy }),
  });
}

function describe({ manifest, folder, bytes, hiddenBy }: UsableModel): string {
  const { name, title, version, task, license, provenance, metrics, research } = manifest;
  const { depth, height, width, channels } = inputOf(manifest);
  const sides = [...(depth === undefined ? [] : [depth]), height, width].join(' x ');
  const rows = [
    ['title', `${title}, version ${version}`],
    ['task', `${task}: ${labelsOf(manifest).join(', ')}`],
    ['input', `${depth === undefined ? '' : 'patches of '}${sides}, ${channels} channel${channels === 1 ? '' : 's'}`],
    ['size', `${decimal(bytes / 1e6, 1)} MB`],
    [
      'license',
      `${license.name}${license.use === 'non-commercial' ? '; no commercial use' : ''}. ${license.attribution}`,
    ],
    ...metrics.map((metric) => ['metric', `${metric.name} ${decimal(metric.value)} (${metric.data})`]),
    ['made of', provenance],
    ...(research === undefined ? [] : [['research', research]]),
    ['folder', shown(folder)],
    ...(hiddenBy === undefined ? [] : [['hidden', `${shown(hiddenBy)} has the same name and comes first`]]),
  ];
  return [name, ...rows.map(([field = '', value]) => `  ${field.padEnd(8)} ${value}`)].join('\n');
}

function inputOf({ input }: ModelManifest) {
  const { layout, height, width, channels } = input;
  return { layout, ...(layout === 'NCDHW' && { depth: input.depth }), height, width, channels: channels.length };
}

/** What the model tells apart. */
function labelsOf(manifest: ModelManifest): readonly string[] {
  if (manifest.task === 'classification') return manifest.outputs.slice.labels;
  const { outputs } = manifest;
  if (outputs.kind === 'binary') return [outputs.blood.subtype];
  const labels = outputs.kind === 'typed' ? outputs.subtype.labels : outputs.classes.labels;
  return labels.filter((label) => label !== 'background');
}
