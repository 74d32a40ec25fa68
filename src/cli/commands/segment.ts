import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CommandModule } from 'yargs';
import { annotationFromModel } from '../../core/annotation/annotation';
import { encodeAnnotation } from '../../core/annotation/encode';
import { SUBTYPES } from '../../core/annotation/subtype';
import { type Notice, ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX, annotationPath, scanFileName } from '../../node/annotation-path';
import { WriteError, writeAtomically } from '../../node/atomic-write';
import { InferenceClient } from '../../node/inference-client';
import type { ScanFiles } from '../../node/scan-files';
import type { InferenceStage, SegmentResult } from '../../protocol/inference';
import { eachScan } from '../each-scan';
import { labelMap } from '../label-map';
import { complain, decimal, ProgressLine, print } from '../output';
import { INFERENCE, MODELS } from '../place';
import { pathOf, shown } from '../scan-summary';

interface SegmentArguments {
  readonly paths: string[];
  readonly model: string;
  readonly out: string | undefined;
  readonly nifti: boolean;
  readonly threshold: number | undefined;
  readonly force: boolean;
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
        describe: 'NIfTI or DICOM files, or folders',
      })
      .option('model', {
        type: 'string',
        default: 'ich-prototype',
        requiresArg: true,
        describe: 'Name of a built-in model, or folder with a model.json',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder for what is written; default: beside each scan',
      })
      .option('nifti', {
        type: 'boolean',
        default: false,
        describe: `Also write a label map (${SUBTYPES.map((name, n) => `${n + 1} ${name}`).join(', ')})`,
      })
      .option('threshold', {
        type: 'number',
        requiresArg: true,
        describe: "Probability from which a voxel is blood; default: the model's",
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace existing annotations' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each scan' })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print errors only' })
      .check(({ threshold, json, quiet }) => {
        if (json && quiet) throw new Error('--json and --quiet exclude each other.');
        if (threshold === undefined || (threshold > 0 && threshold < 1)) return true;
        throw new Error('--threshold must be a number between 0 and 1.');
      })
      .example('$0 segment head.nii.gz', 'Writes head.ich.json')
      .example('$0 segment cohort/ --out results/ --nifti', 'All scans of a folder')
      .epilogue('For research only. Not a medical device.'),
  handler: run,
};

/** Provider of the command line; the choice of others comes with the model's management. */
const PROVIDERS = ['cpu'] as const;

async function run(options: SegmentArguments): Promise<void> {
  const client = new InferenceClient({ script: INFERENCE });
  const progress = new ProgressLine(options.quiet || options.json);
  const written = new Set<string>();
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  try {
    process.exitCode = await eachScan(options.paths, async (scan) => {
      const folder = path.resolve(options.out ?? scan.folder);
      const file = await annotationPath(scan, folder);
      const labels = options.nifti ? file.slice(0, -ANNOTATION_SUFFIX.length) + LABELS_SUFFIX : undefined;
      claim(file, written);
      for (const target of [file, ...(labels === undefined ? [] : [labels])]) {
        if (!options.force && existsSync(target)) {
          throw new WriteError(shown(target), 'the file exists.', 'Use --force to replace it.');
        }
      }
      const params = {
        path: scan.files.length === 1 ? (scan.files[0] ?? '') : fileOf(scan),
        model: modelFolder(options.model),
        providers: PROVIDERS,
      };
      const name = shown(pathOf(scan));
      const result = await client
        .segment(
          { ...params, ...(options.threshold !== undefined && { threshold: options.threshold }) },
          { signal: interrupt.signal, onProgress: (stage) => progress.show(`${name}: ${stageText(stage)}`) },
        )
        .finally(() => progress.clear());
      const annotation = annotationFromModel({
        ...result,
        image: { ...result.image, file: scanFileName(scan, folder) },
      });
      await mkdir(folder, { recursive: true });
      await writeAtomically(file, encodeAnnotation(annotation));
      if (labels !== undefined) await writeAtomically(labels, gzipSync(labelMap(result)));
      report(scan, result, [file, ...(labels === undefined ? [] : [labels])], options);
    });
    if (!options.quiet && !options.json) complain('results are for research only; this is not a medical device.');
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    complain('interrupted.');
    process.exitCode = 130;
  } finally {
    process.removeListener('SIGINT', stop);
    client.dispose();
  }
}

/** Notices of no weight elsewhere that put a model's result in doubt. */
const MATTERS: readonly Notice['code'][] = ['not-hounsfield', 'no-geometry'];

const LABELS_SUFFIX = '.ich.nii.gz';

/** One file of a scan, which names it to the inference process as it did to us. */
function fileOf(scan: ScanFiles): string {
  return scan.opened ?? [...scan.files].sort()[0] ?? scan.folder;
}

/** Two scans of one run must not end in one file: with --out, files of different folders may have one name. */
function claim(file: string, written: Set<string>): void {
  if (written.has(file)) {
    throw new WriteError(
      shown(file),
      'another scan of this run is written there.',
      'Segment the folders one by one into different folders.',
    );
  }
  written.add(file);
}

function modelFolder(model: string): string {
  const builtIn = path.join(MODELS, model);
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(model) && existsSync(path.join(builtIn, 'model.json'))) return builtIn;
  if (existsSync(model)) return path.resolve(model);
  throw new ScanError(
    model,
    'there is no built-in model and no folder of this name.',
    'Name a folder with a model.json.',
  );
}

function stageText({ stage, done, total }: InferenceStage): string {
  if (stage === 'loading-model') return 'loading the model';
  const counted = total > 0 ? ` ${done} of ${total} slices` : '';
  return (stage === 'decoding' ? 'reading' : 'segmenting') + counted;
}

function report(scan: ScanFiles, result: SegmentResult, files: readonly string[], options: SegmentArguments): void {
  const volumes = Object.fromEntries(SUBTYPES.map((name, n) => [name, result.volumes[n] ?? 0]));
  const total = result.volumes.reduce((sum, volume) => sum + volume, 0);
  if (options.json) {
    const { model, image, notices, slices } = result;
    const slicesWithBlood = slices.map(({ slice }) => slice);
    const [annotation, labels] = files;
    print(
      JSON.stringify({
        path: pathOf(scan),
        annotation,
        ...(labels !== undefined && { labels }),
        volume: total,
        volumes,
        slicesWithBlood,
        model,
        image,
        notices,
      }),
    );
    return;
  }
  if (options.quiet) return;
  const parts = SUBTYPES.flatMap((name) =>
    (volumes[name] ?? 0) > 0 ? [`${name} ${decimal(volumes[name] ?? 0, 1)}`] : [],
  );
  const found = total > 0 ? `${decimal(total, 1)} mL (${parts.join(', ')})` : 'no blood found';
  print(`${shown(pathOf(scan))}: ${found} -> ${files.map(shown).join(', ')}`);
  for (const { severity, code, message } of result.notices) {
    if (severity === 'warning' || MATTERS.includes(code)) complain(`${shown(pathOf(scan))}: ${message}`);
  }
  if (options.nifti && result.notices.some(({ code }) => code === 'uneven-spacing' || code === 'missing-slices')) {
    complain(
      `${shown(pathOf(scan))}: its slices are uneven, which NIfTI cannot express: the label map has its voxels, not its distances.`,
    );
  }
}
