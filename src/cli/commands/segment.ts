import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { CommandModule } from 'yargs';
import { SUBTYPES } from '../../core/annotation/subtype';
import { WriteError } from '../../node/atomic-write';
import { InferenceClient } from '../../node/inference-client';
import type { UsableModel } from '../../node/models';
import { BatchReport } from '../batch-report';
import { findCohort, type Member, parseShard } from '../cohort';
import { findModel, type ModelArguments, modelOptions } from '../model-folder';
import { attempt, complain, isExpected, ProgressLine, withPath } from '../output';
import { INFERENCE } from '../place';
import { pathOf, shown } from '../scan-summary';
import { printFinished, printSegmented } from '../segment-output';
import { LABELS_SUFFIX, type Segmented, segmentScan, targetsOf } from '../segment-scan';

interface SegmentArguments extends ModelArguments {
  readonly paths: string[];
  readonly out: string | undefined;
  readonly nifti: boolean;
  readonly threshold: number | undefined;
  readonly force: boolean;
  readonly shard: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

export const segment: CommandModule<object, SegmentArguments> = {
  command: 'segment <paths..>',
  describe: 'Find hemorrhage with a model and write an annotation for each scan',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'NIfTI or DICOM files, folders, or globs in quotes',
      })
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
      .option('shard', {
        type: 'string',
        requiresArg: true,
        describe: 'Only part i of n of the scans, as i/n; the same part on every machine',
      })
      .option('report', { type: 'string', requiresArg: true, describe: 'JSON file to say what became of each scan' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each scan' })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
      .check(({ threshold, json, quiet, shard }) => {
        if (json && quiet) throw new Error('--json and --quiet exclude each other.');
        if (shard !== undefined) parseShard(shard);
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

/** Signals that end a run in good order, and the exit codes that shells give to them. */
const ENDINGS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

async function runModel(options: SegmentArguments, { folder, manifest }: UsableModel): Promise<void> {
  const { name, version, sha256, threshold } = manifest;
  const shard = options.shard === undefined ? undefined : parseShard(options.shard);
  const model = { name, version, sha256, threshold: options.threshold ?? threshold };
  const { members, unreadable } = await findCohort(options.paths, shard);
  const report = new BatchReport(members.length + unreadable.length, model, shard);
  for (const { path: file, message } of unreadable) {
    complain(message);
    report.add({ path: file, status: 'failed', problem: message });
  }
  const client = new InferenceClient({ script: INFERENCE });
  const interrupt = new AbortController();
  let interrupted = 0;
  const handlers = ENDINGS.map(([signal, code]) => {
    const handler = (): void => {
      interrupted = code;
      interrupt.abort(new Error('interrupted'));
    };
    process.once(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  try {
    await segmentAll(members, report, options, interrupt.signal, (member, onProgress) =>
      segmentScan(member, {
        ...options,
        model,
        folder,
        client,
        signal: interrupt.signal,
        onProgress,
      }),
    );
    if (!options.quiet && !options.json) complain('results are for research only; this is not a medical device.');
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    complain('interrupted.');
  } finally {
    for (const remove of handlers) remove();
    client.dispose();
  }
  if (!options.quiet && (report.total > 1 || shard !== undefined)) complain(report.summary());
  const written = await writeReport(report, options.report);
  process.exitCode = interrupted || (report.failed ? 1 : written);
}

type SegmentOne = (member: Member, onProgress: (text: string) => void) => Promise<Segmented>;

/** One scan after the other; whatever goes wrong with one, the next has its turn, unless the run was interrupted. */
async function segmentAll(
  members: readonly Member[],
  report: BatchReport,
  options: SegmentArguments,
  signal: AbortSignal,
  segmentOne: SegmentOne,
): Promise<void> {
  const progress = new ProgressLine(options.quiet || options.json);
  const claimed = new Set<string>();
  for (const [n, member] of members.entries()) {
    const place = members.length > 1 ? `[${n + 1}/${members.length}] ` : '';
    const start = performance.now();
    const file = pathOf(member.scan);
    try {
      await claim(member, options.out, claimed);
      const done = await segmentOne(member, (text) => progress.show(`${place}${shown(file)}: ${text}`)).finally(() =>
        progress.clear(),
      );
      const seconds = Math.round(performance.now() - start) / 1000;
      const { status, annotation, volume } = done;
      report.add({ path: file, status, annotation, volume, seconds });
      if (done.status === 'segmented') printSegmented(member.scan, done, options);
      else printFinished(member.scan, done, options);
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = isExpected(error)
        ? withPath(error, member.named)
        : `${member.named}: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      complain(problem);
      report.add({ path: file, status: 'failed', problem });
    }
  }
}

async function writeReport(report: BatchReport, file: string | undefined): Promise<0 | 1> {
  if (file === undefined) return 0;
  return attempt(file, async () => {
    await mkdir(path.dirname(path.resolve(file)), { recursive: true }).catch(() => undefined);
    await report.write(file);
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
