import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandModule } from 'yargs';
import type { ModelManifest } from '../../core/model/manifest';
import { ScanError } from '../../core/volume';
import { builtInModels, modelFolder, readModelManifest } from '../model-folder';
import { attempt, decimal, print } from '../output';
import { shown } from '../scan-summary';

interface ModelsArguments {
  readonly folders: string[] | undefined;
  readonly json: boolean;
}

export const models: CommandModule<object, ModelsArguments> = {
  command: 'models [folders..]',
  describe: 'List the built-in models, and those in folders, with task, size and license',
  builder: (yargs) =>
    yargs
      .positional('folders', { type: 'string', array: true, describe: 'Folders with a model.json' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each model' })
      .example('$0 models', 'The built-in models')
      .example('$0 models my-model/ --json', 'These and one of yours, for a program')
      .epilogue('For research only. Not a medical device.'),
  handler: async ({ folders = [], json }) => {
    const codes: number[] = [];
    const builtIn = await builtInModels();
    for (const named of [...builtIn, ...folders]) {
      const code = await attempt(named, async () => {
        const folder = modelFolder(named);
        const manifest = await readModelManifest(folder);
        const bytes = await sizeOf(path.join(folder, manifest.file));
        print(
          json ? describeJson(manifest, folder, bytes, builtIn.includes(named)) : describe(manifest, folder, bytes),
        );
      });
      codes.push(code);
    }
    process.exitCode = Math.max(0, ...codes);
  },
};

async function sizeOf(file: string): Promise<number> {
  const stat = await fs.stat(file).catch(() => {
    throw new ScanError(file, 'the network named by "file" is not there.', 'Install the model again.');
  });
  return stat.size;
}

function describeJson(manifest: ModelManifest, folder: string, bytes: number, builtIn: boolean): string {
  const { name, title, version, task, sha256, threshold, input, license, provenance } = manifest;
  const { width, height, channels } = input;
  const shape = { width, height, channels: channels.length };
  return JSON.stringify({
    name,
    title,
    version,
    task,
    builtIn,
    folder,
    bytes,
    sha256,
    threshold,
    input: shape,
    license,
    provenance,
  });
}

function describe(manifest: ModelManifest, folder: string, bytes: number): string {
  const { name, title, version, task, input, license, provenance } = manifest;
  const rows = [
    ['title', `${title}, version ${version}`],
    ['task', task],
    [
      'input',
      `${input.width} x ${input.height}, ${input.channels.length} channel${input.channels.length === 1 ? '' : 's'}`,
    ],
    ['size', `${decimal(bytes / 1e6, 1)} MB`],
    [
      'license',
      `${license.name}${license.use === 'non-commercial' ? '; no commercial use' : ''}. ${license.attribution}`,
    ],
    ['made of', provenance],
    ['folder', shown(folder)],
  ];
  return [name, ...rows.map(([field = '', value]) => `  ${field.padEnd(8)} ${value}`)].join('\n');
}
