import path from 'node:path';
import type { CommandModule } from 'yargs';
import { disagreementCsv } from '../../core/metrics/disagreement-table';
import { ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { comparedModel, compareWithModel } from '../../node/disagreement/compare-with-model';
import { findAnnotations } from '../../node/disagreement/find-annotations';
import { ModelResults } from '../../node/disagreement/model-results';
import { type Engine, InferenceClient } from '../../node/inference-client';
import { asJson, type ComparedAnnotation, describeWorst } from '../disagreement-output';
import { type EngineArguments, engineOf, engineOptions, engineParams, engineReporter } from '../engine';
import { findModel, type ModelArguments, modelOptions } from '../model-folder';
import { expandPaths } from '../named-paths';
import { attempt, complain, isExpected, ProgressLine, print, withPath } from '../output';
import { INFERENCE } from '../place';
import { shown } from '../scan-summary';
import { stageText } from '../stage-text';

interface DisagreeArguments extends ModelArguments, EngineArguments {
  readonly paths: string[];
  readonly threshold: number | undefined;
  readonly cache: string | undefined;
  readonly top: number;
  readonly json: boolean;
  readonly csv: boolean;
  readonly quiet: boolean;
}

export const disagree: CommandModule<object, DisagreeArguments> = {
  command: 'disagree <paths..>',
  describe: 'Run a model on annotated scans and list where it disagrees with the annotations',
  builder: (yargs) =>
    engineOptions(yargs)
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Annotations: folders, files or globs in quotes',
      })
      .options(modelOptions('segmentation'))
      .option('threshold', {
        type: 'number',
        requiresArg: true,
        describe: "Probability from which a voxel is blood; default: the model's",
      })
      .option('cache', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder to keep what the model finds, so that it runs once for each scan',
      })
      .option('top', { type: 'number', default: 10, requiresArg: true, describe: 'Slices and lesions to list' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each annotation' })
      .option('csv', { type: 'boolean', default: false, describe: 'A table of all scans, slices and lesions' })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print the result and errors only' })
      .check(({ threshold, json, csv, top }) => {
        if (json && csv) throw new Error('--json and --csv exclude each other.');
        if (!(Number.isInteger(top) && top >= 0)) throw new Error('--top must be a whole number.');
        if (threshold === undefined || (threshold > 0 && threshold < 1)) return true;
        throw new Error('--threshold must be a number between 0 and 1.');
      })
      .example('$0 disagree cohort/', 'The worst slices and lesions of a folder')
      .example('$0 disagree cohort/ --cache kept/ --csv > disagreement.csv', 'All figures, quick the second time')
      .epilogue(
        'Exits with 1 if an annotation could not be compared, whatever the model says. For research only. Not a medical device.',
      ),
  handler: run,
};

async function run(options: DisagreeArguments): Promise<void> {
  const { paths, threshold, cache, json, csv, quiet } = options;
  let modelName = '';
  let engine: Promise<Engine> | undefined;
  const client = new InferenceClient({
    script: INFERENCE,
    engine: () => {
      engine ??= engineOf(options, modelName);
      return engine;
    },
    ...(!quiet && !json && { onRun: engineReporter() }),
  });
  const compared: ComparedAnnotation[] = [];
  let failed = false;
  const fail = (message: string): void => {
    complain(message);
    failed = true;
  };
  const code = await attempt('', async () => {
    const { folder, name } = await findModel(options, 'segmentation');
    modelName = name;
    const model = await comparedModel(folder, { ...engineParams(options), threshold });
    const results = new ModelResults(cache === undefined ? undefined : path.resolve(cache));
    const files = await annotationsOf(paths, fail);
    const progress = new ProgressLine(quiet || json);
    for (const [n, { file, name }] of files.entries()) {
      const place = files.length > 1 ? `[${n + 1}/${files.length}] ` : '';
      try {
        const one = await compareWithModel(file, model, {
          client,
          results,
          signal: new AbortController().signal,
          onProgress: (stage) => progress.show(`${place}${shown(file)}: ${stageText(stage, 'segmenting')}`),
        }).finally(() => progress.clear());
        compared.push({ name, ...one });
        if (json) print(JSON.stringify(asJson({ name, ...one }, model)));
      } catch (error) {
        if (!isExpected(error)) throw error;
        fail(withPath(error, shown(file)));
        compared.push({ name, problem: withPath(error, shown(file)) });
      }
    }
    await results.prune();
    if (csv) process.stdout.write(disagreementCsv(compared));
    else if (!json) print(describeWorst(compared, model, options.top));
    if (!quiet && !json) complain('results are for research only; this is not a medical device.');
  });
  client.dispose();
  process.exitCode = code || Number(failed);
}

interface NamedAnnotation {
  /** Absolute. */
  readonly file: string;
  /** Below what was named, with `/`. */
  readonly name: string;
}

/** The annotations that paths name, each once; what names none is told. */
async function annotationsOf(paths: readonly string[], fail: (message: string) => void): Promise<NamedAnnotation[]> {
  const found = new Map<string, NamedAnnotation>();
  for (const part of await expandPaths(paths)) {
    try {
      if ('error' in part) throw part.error;
      const files = part.path.endsWith(ANNOTATION_SUFFIX)
        ? [path.resolve(part.path)]
        : await findAnnotations(part.path);
      if (files.length === 0)
        throw new ScanError(part.path, `it holds no *${ANNOTATION_SUFFIX}.`, 'Name a folder with annotations.');
      for (const file of files)
        found.set(file, { file, name: path.relative(part.base, file).split(path.sep).join('/') });
    } catch (error) {
      if (!isExpected(error)) throw error;
      fail(withPath(error, part.path));
    }
  }
  return [...found.values()];
}
