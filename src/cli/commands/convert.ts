import { existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { CommandModule } from 'yargs';
import { affineError, volumeToNifti } from '../../core/formats/write-nifti';
import { regularize } from '../../core/regularize';
import { ScanError } from '../../core/volume';
import { WriteError, writeAtomically } from '../../node/atomic-write';
import { loadScan } from '../../node/load-scan';
import { findScans } from '../../node/scan-files';
import { attempt, complain, decimal } from '../output';
import { BUNDLE } from '../place';
import { checkVolumeNumber } from './info';

interface ConvertArguments {
  readonly path: string;
  readonly out: string;
  readonly regular: boolean;
  readonly force: boolean;
  readonly volume: number | undefined;
}

export const convert: CommandModule<object, ConvertArguments> = {
  command: 'convert <path> <out>',
  describe: 'Write a scan as NIfTI: same voxels in HU, same world positions',
  builder: (yargs) =>
    yargs
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: 'NIfTI or DICOM file, or folder with one scan',
      })
      .positional('out', { type: 'string', demandOption: true, describe: 'File to write, .nii or .nii.gz' })
      .option('regular', {
        type: 'boolean',
        default: false,
        describe: 'Resample uneven or tilted slices to a regular grid',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace an existing file' })
      .option('volume', { type: 'number', requiresArg: true, describe: 'Volume of a file with several, from 1' })
      .check(({ out, volume }) => {
        if (!/\.nii(\.gz)?$/i.test(out ?? '')) throw new Error('OUT must end in .nii or .nii.gz.');
        return checkVolumeNumber(volume);
      })
      .example('$0 convert series/ head.nii.gz', 'A DICOM series')
      .example('$0 convert series/ head.nii.gz --regular', 'With tilt and uneven spacing resampled'),
  handler: async ({ path, out, regular, force, volume: number }) => {
    process.exitCode = await attempt(path, async () => {
      const { scans } = await findScans(path);
      const [scan, another] = scans;
      if (!scan || another) {
        throw new ScanError(path, `it holds ${scans.length} scans.`, 'Name one of them by one of its files.');
      }
      if (!force && existsSync(out)) throw new WriteError(out, 'the file exists.', 'Use --force to replace it.');
      const loaded = await loadScan(scan, {
        bundle: BUNDLE,
        ...(number !== undefined && { timePoint: number - 1 }),
      });
      const volume = regular ? regularize(loaded) : loaded;
      if (!volume.regular) {
        const error = decimal(affineError(volume), 1);
        complain(
          `${path}: its slices are uneven, which NIfTI cannot express: between the first and the last they are up to ${error} mm off. Use --regular to resample.`,
        );
      }
      const bytes = volumeToNifti(volume);
      await writeAtomically(out, /\.gz$/i.test(out) ? gzipSync(bytes) : bytes);
    });
  },
};
