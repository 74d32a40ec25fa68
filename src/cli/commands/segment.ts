import type { CommandModule } from 'yargs';
import { SUBTYPES } from '../../core/annotation/subtype';
import { WriteError } from '../../node/atomic-write';
import type { UsableModel } from '../../node/models';
import { type BatchArguments, batchOptions, runBatch } from '../batch';
import type { Member } from '../cohort';
import { findModel, type ModelArguments, modelOptions } from '../model-folder';
import { attempt } from '../output';
import { shown } from '../scan-summary';
import { printFinished, printSegmented } from '../segment-output';
import { LABELS_SUFFIX, segmentScan, targetsOf } from '../segment-scan';

interface SegmentArguments extends ModelArguments, BatchArguments {
  readonly out: string | undefined;
  readonly nifti: boolean;
  readonly threshold: number | undefined;
  readonly force: boolean;
}

export const segment: CommandModule<object, SegmentArguments> = {
  command: 'segment <paths..>',
  describe: 'Find hemorrhage with a model and write an annotation for each scan',
  builder: (yargs) =>
    batchOptions(yargs)
      .options(modelOptions('segmentation'))
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder for what is written, with the folders of the cohort in it; default: beside each scan',
      })
      .option('nifti', {
        type: 'boolean',
        default: false,
        describe: `Also write a label map *${LABELS_SUFFIX} (${SUBTYPES.map((name, n) => `${n + 1} ${name}`).join(', ')})`,
      })
      .option('threshold', {
        type: 'number',
        requiresArg: true,
        describe: "Probability from which a voxel is blood; default: the model's",
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace existing annotations' })
      .check(({ threshold }) => {
        if (threshold === undefined || (threshold > 0 && threshold < 1)) return true;
        throw new Error('--threshold must be a number between 0 and 1.');
      })
      .example('$0 segment head.nii.gz', 'Writes head.ich.json')
      .example('$0 segment cohort/ --out results/ --nifti', 'All scans of a folder')
      .example('$0 segment "cohort/*/ct.nii.gz" --shard 2/8 --report 2.json', 'The second of eight parts')
      .epilogue(
        'Run it again after a stop: scans whose annotation this model made from the same voxels are passed by. For research only. Not a medical device.',
      ),
  handler: run,
};

async function run(options: SegmentArguments): Promise<void> {
  let model: UsableModel | undefined;
  const code = await attempt('', async () => {
    model = await findModel(options, 'segmentation');
  });
  if (model === undefined) process.exitCode = code;
  else await runModel(options, model);
}

async function runModel(options: SegmentArguments, { folder, manifest }: UsableModel): Promise<void> {
  const { name, version, sha256, threshold } = manifest;
  const model = { name, version, sha256, threshold: options.threshold ?? threshold };
  const claimed = new Set<string>();
  await runBatch(options, { done: 'segmented', model }, async (member, place) => {
    await claim(member, options.out, claimed);
    const done = await segmentScan(member, { ...options, ...place, model, folder });
    const { status, annotation, volume } = done;
    return {
      report: { status, annotation, volume },
      print: () =>
        done.status === 'segmented'
          ? printSegmented(member.scan, done, options)
          : printFinished(member.scan, done, options),
    };
  });
}

/** Two scans of one run must not end in one file: with --out, those of different folders may have one name. Throws WriteError. */
async function claim(member: Member, out: string | undefined, claimed: Set<string>): Promise<void> {
  const { annotation } = await targetsOf(member, out);
  if (claimed.has(annotation)) {
    throw new WriteError(
      shown(annotation),
      'another scan of this run is written there.',
      'Segment the folders one by one into different folders.',
    );
  }
  claimed.add(annotation);
}
