import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandModule } from 'yargs';
import { parseAnnotation } from '../../core/annotation/parse';
import { ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { attempt, print } from '../output';
import { shown } from '../scan-summary';

interface ValidateArguments {
  readonly paths: string[];
  readonly quiet: boolean;
}

export const validate: CommandModule<object, ValidateArguments> = {
  command: 'validate <paths..>',
  describe: 'Check annotation files',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: `*${ANNOTATION_SUFFIX} files, or folders with such files`,
      })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
      .example('$0 validate cohort/', 'All annotations in and below a folder'),
  handler: async ({ paths, quiet }) => {
    const codes: number[] = [];
    for (const named of paths) {
      const code = await attempt(named, async () => {
        for (const file of await annotationsOf(named)) {
          codes.push(
            await attempt(shown(file), async () => {
              parseAnnotation(await fs.readFile(file, 'utf8'), shown(file));
              if (!quiet) print(`${shown(file)}: valid`);
            }),
          );
        }
      });
      codes.push(code);
    }
    process.exitCode = Math.max(0, ...codes);
  },
};

/** The annotations that a path names: a file whatever its name, or all in and below a folder. */
async function annotationsOf(named: string): Promise<readonly string[]> {
  const stat = await fs.stat(named).catch(() => {
    throw new ScanError(named, 'there is no such file or folder.', 'Check the path.');
  });
  if (!stat.isDirectory()) return [path.resolve(named)];
  const entries = await fs.readdir(named, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ANNOTATION_SUFFIX) && !entry.name.startsWith('.'))
    .map((entry) => path.resolve(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new ScanError(
    named,
    `the folder holds no *${ANNOTATION_SUFFIX} file.`,
    'Name an annotation or a folder with some.',
  );
}
