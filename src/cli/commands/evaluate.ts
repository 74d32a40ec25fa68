import type { CommandModule } from 'yargs';
import { writeAtomically } from '../../node/atomic-write';
import { findEntries } from '../evaluation/entries';
import { type Evaluation, evaluate as evaluateCohort } from '../evaluation/evaluate';
import { FORMATS, type Format, formatEvaluation } from '../evaluation/formats';
import { readPatients, readScores } from '../evaluation/scores';
import { attempt, complain, ProgressLine } from '../output';

interface EvaluateArguments {
  readonly truth: string[];
  readonly prediction: string[] | undefined;
  readonly scores: string | undefined;
  readonly patients: string | undefined;
  readonly format: Format;
  readonly out: string | undefined;
  readonly bootstrap: number;
  readonly seed: number;
  readonly threshold: number;
  readonly binary: boolean;
  readonly scan: boolean;
  readonly 'ignore-hash': boolean;
  readonly quiet: boolean;
}

export const evaluate: CommandModule<object, EvaluateArguments> = {
  command: 'evaluate',
  describe: 'Hold predictions against the truth: classification, overlap, surface distance, volume',
  builder: (yargs) =>
    yargs
      .option('truth', {
        type: 'string',
        array: true,
        demandOption: true,
        requiresArg: true,
        describe: 'Annotations or NIfTI label maps: folders, files or globs',
      })
      .option('prediction', {
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'The same of what is judged; also what "classify --out" or "classify --json" wrote, as *.jsonl',
      })
      .option('scores', {
        type: 'string',
        requiresArg: true,
        describe: 'CSV of probabilities: scan, slice (from 0; empty for the patient), any, EPH, SDH, SAH, IPH, IVH',
      })
      .option('patients', {
        type: 'string',
        requiresArg: true,
        describe: 'CSV that says whose scans are: scan, patient; default: each scan is a patient',
      })
      .option('format', {
        choices: FORMATS,
        default: 'md' as const,
        describe: 'Markdown, or CSV or JSON with all single values',
      })
      .option('out', { type: 'string', requiresArg: true, describe: 'File to write; default: standard output' })
      .option('bootstrap', {
        type: 'number',
        default: 1000,
        requiresArg: true,
        describe: 'Draws for the intervals; 0 for none',
      })
      .option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'Of the draws, a whole number' })
      .option('threshold', {
        type: 'number',
        default: 0.5,
        requiresArg: true,
        describe: 'Probability from which a slice or patient is called',
      })
      .option('binary', {
        type: 'boolean',
        default: false,
        describe: 'Any value above 0 of a label map is blood; no subtypes',
      })
      .option('scan', { type: 'boolean', default: false, describe: "Read each scan for its slices' own places" })
      .option('ignore-hash', {
        type: 'boolean',
        default: false,
        describe: 'Compare annotations of other voxel values, if their geometry is the same',
      })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print the result and errors only' })
      .check(({ prediction, scores, bootstrap, seed, threshold }) => {
        if (prediction === undefined && scores === undefined)
          throw new Error('Name what is judged, with --prediction or --scores.');
        if (!Number.isInteger(bootstrap) || bootstrap < 0)
          throw new Error('--bootstrap must be a whole number from 0.');
        if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number.');
        if (!(threshold >= 0 && threshold <= 1)) throw new Error('--threshold must be a number from 0 to 1.');
        return true;
      })
      .example('$0 evaluate --truth readers/ --prediction results/', 'Tables in Markdown')
      .example(
        '$0 evaluate --truth masks/ --prediction results/ --binary --format csv --out all.csv',
        'Label maps without subtypes',
      )
      .example('$0 evaluate --truth readers/ --prediction all.jsonl', 'What "classify" found')
      .example('$0 evaluate --truth readers/ --scores classifier.csv', 'Another classifier, by its probabilities')
      .epilogue(
        'Exits with 1 if a case was refused, unreadable or unmatched. For research only. Not a medical device.',
      ),
  handler: async (options) => {
    const progress = new ProgressLine(options.quiet);
    let evaluation: Evaluation | undefined;
    const code = await attempt('', async () => {
      const { truth, prediction, scores, patients, bootstrap: replicates, seed } = options;
      const found = prediction && (await findEntries(prediction, true));
      const results = [...(found?.scores ?? []), ...(scores === undefined ? [] : await readScores(scores))];
      const input = {
        truth: await findEntries(truth),
        // Results of a classifier alone say nothing of masks.
        prediction: found && (found.entries.length > 0 || results.length === 0) ? found : undefined,
        scores: scores === undefined && results.length === 0 ? undefined : results,
        unreadable: found?.unreadable ?? [],
        patients: patients === undefined ? undefined : await readPatients(patients),
      };
      evaluation = await evaluateCohort(input, {
        ...options,
        replicates,
        ignoreHash: options['ignore-hash'],
        onCase: (name, n, of) => progress.show(`[${n + 1}/${of}] ${name}`),
      }).finally(() => progress.clear());
      const text = formatEvaluation(evaluation, { truth, prediction, scores, replicates, seed }, options.format);
      if (options.out === undefined) process.stdout.write(text);
      else await writeAtomically(options.out, text);
    });
    process.exitCode = code || (evaluation !== undefined && complainOf(evaluation) ? 1 : 0);
  },
};

/** Tells on stderr what the figures do not contain; whether there is anything. */
function complainOf({ refused, unreadable, unmatched, cases }: Evaluation): boolean {
  const lines = [
    ...refused.map(({ name, problem }) => `${name}: refused. ${problem}`),
    ...unreadable.map(({ problem }) => problem),
    ...unmatched.truth.map((file) => `${file}: there is no prediction for it.`),
    ...unmatched.prediction.map((file) => `${file}: there is no truth for it.`),
    ...unmatched.scores.map((name) => `${name}: its probabilities have no truth.`),
    ...(cases.length === 0 ? ['no case could be evaluated.'] : []),
  ];
  for (const line of lines) complain(line);
  return lines.length > 0;
}
