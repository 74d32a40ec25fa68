import type { CommandModule } from 'yargs';
import { eachScan } from '../each-scan';
import { print } from '../output';
import { describe, summarize } from '../scan-summary';

interface InfoArguments {
  readonly paths: string[];
  readonly json: boolean;
  readonly slices: boolean;
  readonly volume: number | undefined;
}

export const info: CommandModule<object, InfoArguments> = {
  command: 'info <paths..>',
  describe: 'Print size, geometry, value range and notices of scans',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'NIfTI or DICOM files, or folders',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each scan' })
      .option('slices', { type: 'boolean', default: false, describe: 'List every slice, even of an even stack' })
      .option('volume', { type: 'number', requiresArg: true, describe: 'Volume of a file with several, from 1' })
      .check(({ volume }) => checkVolumeNumber(volume))
      .example('$0 info head.nii.gz', 'One file')
      .example('$0 info series/ --json', 'All scans in a folder, for a program'),
  handler: async ({ paths, json, slices, volume }) => {
    process.exitCode = await eachScan(paths, async (scan) => {
      const summary = await summarize(scan, volume === undefined ? undefined : volume - 1);
      print(json ? JSON.stringify(summary) : describe(summary, slices));
    });
  },
};

/** For yargs: true, or throws the message of a usage error. */
export function checkVolumeNumber(number: number | undefined): true {
  if (number === undefined || (Number.isInteger(number) && number >= 1)) return true;
  throw new Error('--volume must be a whole number from 1.');
}
