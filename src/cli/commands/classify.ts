import type { CommandModule } from 'yargs';
import { chosenThresholds } from '../../core/model/classify';
import { writeAtomically } from '../../node/atomic-write';
import { loadScan, voxelHash } from '../../node/load-scan';
import type { UsableModel } from '../../node/models';
import { nameOf } from '../../node/scan-files';
import { type BatchArguments, batchOptions, runBatch, type Worked, type Workplace } from '../batch';
import { encodeScores, printClassified, scoreRows } from '../classify-output';
import { encodeRecord, parseRecord } from '../classify-record';
import { ClassifyStore, type StoredRecord } from '../classify-store';
import type { Member } from '../cohort';
import { findModel, type ModelArguments, modelOptions } from '../model-folder';
import { attempt, print } from '../output';
import { BUNDLE } from '../place';
import { pathOf, shown } from '../scan-summary';
import { stageText } from '../stage-text';

interface ClassifyArguments extends ModelArguments, BatchArguments {
  readonly threshold: number | undefined;
  readonly out: string | undefined;
  readonly csv: string | undefined;
  readonly slices: boolean;
}

export const classify: CommandModule<object, ClassifyArguments> = {
  command: 'classify <paths..>',
  describe: 'Say with a model how likely hemorrhage is, slice by slice and of the patient',
  builder: (yargs) =>
    batchOptions(yargs)
      .options(modelOptions('classification'))
      .option('threshold', {
        type: 'number',
        requiresArg: true,
        describe: "Probability from which a slice is called; default: the model's. The probabilities stay the same",
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'File that gets a line of JSON for each scan, as it is done; "evaluate --prediction" reads it',
      })
      .option('csv', {
        type: 'string',
        requiresArg: true,
        describe: 'Table of all probabilities, as "evaluate --scores" reads it',
      })
      .option('slices', { type: 'boolean', default: false, describe: 'Print every slice, not only those called' })
      .check(({ threshold }) => {
        if (threshold === undefined || (threshold > 0 && threshold < 1)) return true;
        throw new Error('--threshold must be a number between 0 and 1.');
      })
      .example('$0 classify head.nii.gz', 'The patient, and the slices that are called')
      .example('$0 classify series/ --json', 'All probabilities as JSON')
      .example('$0 classify "cohort/**" --out all.jsonl', 'A cohort; the same again goes on after a stop')
      .example('$0 evaluate --truth readers/ --prediction all.jsonl', 'How good that is')
      .epilogue(
        'With --out, scans whose voxels this model has classified already are passed by. For research only. Not a medical device.',
      ),
  handler: run,
};

async function run(options: ClassifyArguments): Promise<void> {
  let found: { readonly model: UsableModel; readonly store: ClassifyStore | undefined } | undefined;
  const code = await attempt('', async () => {
    const model = await findModel(options, 'classification');
    found = { model, store: options.out === undefined ? undefined : await ClassifyStore.open(options.out) };
  });
  if (found === undefined) process.exitCode = code;
  else await runModel(options, found.model, found.store);
}

async function runModel(
  options: ClassifyArguments,
  { folder, manifest }: UsableModel,
  store: ClassifyStore | undefined,
): Promise<void> {
  const { name, version, sha256 } = manifest;
  const model = { name, version, sha256, threshold: options.threshold ?? manifest.threshold };
  const rows: (string | number | undefined)[][] = [];
  const { csv } = options;
  const work = async (member: Member, place: Workplace): Promise<Worked> => {
    place.signal.throwIfAborted();
    const before = store && (await finished(store, member, model, place));
    if (before) {
      if (csv !== undefined) rows.push(...scoreRows(before));
      return {
        report: { status: 'finished', probability: before.patient.any ?? 0 },
        print: () => printFinished(before, options),
      };
    }
    const result = await place.client.classify(
      { ...nameOf(member.scan), model: folder, ...place.engine },
      { signal: place.signal, onProgress: (stage) => place.onProgress(stageText(stage, 'classifying')) },
    );
    const file = pathOf(member.scan);
    const line = encodeRecord(file, result);
    await store?.put(line);
    if (csv !== undefined) rows.push(...scoreRows(parseRecord(line)));
    const thresholds = chosenThresholds(result.thresholds, result.model.threshold, options.threshold);
    return {
      report: { status: 'classified', probability: result.patient.any ?? 0 },
      print: () => printClassified(file, result, thresholds, line, options),
    };
  };
  await runBatch(options, { done: 'classified', model }, work, async () =>
    csv === undefined ? 0 : attempt(csv, () => writeAtomically(csv, encodeScores(rows))),
  );
}

/** What the file of results says of a scan, if this model said it of the same voxels. */
async function finished(
  store: ClassifyStore,
  { scan }: Member,
  model: { readonly name: string; readonly version: string; readonly sha256: string },
  { signal, onProgress }: Workplace,
): Promise<StoredRecord | undefined> {
  const record = store.get(pathOf(scan));
  const same = (['name', 'version', 'sha256'] as const).every((key) => record?.model[key] === model[key]);
  if (!record || !same) return undefined;
  onProgress('comparing with its result');
  const volume = await loadScan(scan, { bundle: BUNDLE, signal });
  return voxelHash(volume) === record.sha256 ? record : undefined;
}

function printFinished({ path, patient, line }: StoredRecord, { json, quiet }: ClassifyArguments): void {
  if (json) print(JSON.stringify({ ...(JSON.parse(line) as object), status: 'finished' }));
  else if (!quiet) print(`${shown(path)}: finished before, blood ${(patient.any ?? 0).toFixed(2)}`);
}
