/** `hemorica classify`, alone and over a cohort, and what `evaluate` makes of it. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Annotation, bySubtype, emptyAnnotation } from '../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../src/core/annotation/encode';
import { type Built, buildPrograms } from '../../fixtures/built';
import { writeClassifier } from '../../fixtures/classifier';
import { type Outcome, runHemorica } from '../../fixtures/run-hemorica';
import { headNifti } from '../../fixtures/tiny-nifti';

interface Line {
  readonly path: string;
  readonly status: string;
  readonly axis: string;
  readonly patient: Record<string, number>;
  readonly slices: Record<string, number>[];
  readonly model: Record<string, unknown>;
  readonly image: Annotation['image'];
}

/** Blood is on slices 2 to 5 of 8. */
const BLOOD = [2, 3, 4, 5];

describe('hemorica classify', function () {
  this.timeout(240_000);
  let built: Built;
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const run = (...args: string[]): Promise<Outcome> => runHemorica({ cli: built.cli, cwd: folder }, ...args);
  const classify = (...args: string[]): Promise<Outcome> => run('classify', ...args, '--model', 'models/toy-cls');
  const lines = (text: string): Line[] => {
    const all = text.split('\n').filter((line) => line !== '');
    return all.map((line) => JSON.parse(line));
  };
  const called = ({ slices }: Line): number[] =>
    slices.flatMap(({ slice = -1, any = 0 }) => (any >= 0.5 ? [slice] : []));
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-classify-')));
    writeClassifier(at('models', 'toy-cls'));
    for (const name of ['a', 'b', 'c']) {
      fs.mkdirSync(at('cohort', name), { recursive: true });
      fs.writeFileSync(at('cohort', name, 'ct.nii'), headNifti());
    }
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('prints the patient and the slices that are called', async () => {
    const { code, stdout, stderr } = await classify('cohort/a/ct.nii');
    assert.equal(code, 0, stderr);
    const [first = '', ...slices] = stdout.trimEnd().split('\n');
    assert.match(first, /^cohort\/a\/ct\.nii: blood 1\.00 \(SAH 0\.\d\d, IPH 1\.00\), 4 of 8 slices from 0\.5$/);
    assert.deepEqual(
      slices.map((line) => /^ {2}slice +(\d+): /.exec(line)?.[1]),
      ['3', '4', '5', '6'],
    );
    assert.match(stderr, /for research only; this is not a medical device/);
    const all = await classify('cohort/a/ct.nii', '--slices', '--threshold', '0.9999999');
    assert.equal(all.stdout.trimEnd().split('\n').length, 9);
    assert.match(all.stdout, /0 of 8 slices from 0\.9999999\n/);
    const quiet = await classify('cohort/a/ct.nii', '--quiet');
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
    assert.deepEqual(fs.readdirSync(at('cohort', 'a')), ['ct.nii']);
  });

  it('prints all probabilities as JSON, whatever the order of storage', async () => {
    // From the head down, then coronal slices.
    fs.writeFileSync(at('down.nii'), headNifti({ axes: [0, 1, 2], signs: [-1, -1, -1] }));
    fs.writeFileSync(at('coronal.nii'), headNifti({ axes: [0, 2, 1], signs: [1, 1, 1] }));
    const { code, stdout } = await classify('cohort/a/ct.nii', 'down.nii', 'coronal.nii', '--json');
    assert.equal(code, 0);
    const found = new Map(lines(stdout).map((line) => [path.basename(line.path), line]));
    const [usual, down, coronal] = ['ct.nii', 'down.nii', 'coronal.nii'].map(
      (name) => found.get(name) ?? assert.fail(),
    );
    assert.ok(usual && down && coronal);
    assert.deepEqual([usual.status, usual.axis, coronal.axis], ['classified', 'k', 'j']);
    assert.deepEqual([usual, down, coronal].map(called), [BLOOD, BLOOD, BLOOD]);
    assert.ok(Math.abs((down.slices[2]?.any ?? 0) - (usual.slices[5]?.any ?? 1)) < 1e-6);
    assert.deepEqual(Object.keys(usual.patient), ['any', 'SAH', 'IPH']);
    assert.deepEqual([usual.model.name, usual.model.threshold], ['toy-cls', 0.5]);
    assert.match(usual.image.sha256, /^[0-9a-f]{64}$/);
  });

  it('goes through a cohort and is taken up again after a stop; a bad file stops nothing', async () => {
    fs.writeFileSync(at('cohort', 'b', 'ct.nii'), 'no scan at all');
    const args = ['cohort', '--out', 'results/all.jsonl', '--report', 'report.json'];
    const first = await classify(...args, '--csv', 'all.csv');
    assert.equal(first.code, 1);
    assert.match(
      first.stderr,
      /cohort\/b\/ct\.nii: [^\n]+\n[\s\S]*3 scans: 2 classified, 1 failed, 0 finished before\.\n$/,
    );
    const file = at('results', 'all.jsonl');
    const text = fs.readFileSync(file, 'utf8');
    assert.deepEqual(lines(text).map(called), [BLOOD, BLOOD]);
    const report = JSON.parse(fs.readFileSync(at('report.json'), 'utf8'));
    assert.equal(report.format, 'hemorica-classify-report');
    assert.deepEqual(report.counts, { scans: 3, classified: 2, finished: 0, failed: 1, notReached: 0 });
    assert.ok(report.scans.some(({ probability }: { probability?: number }) => Number(probability) > 0.9));
    const table = fs.readFileSync(at('all.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(table[0], 'scan,slice,any,EPH,SDH,SAH,IPH,IVH');
    assert.equal(table.length, 1 + 2 * 9);
    // A run that was killed while it wrote, and a scan that has changed since.
    fs.writeFileSync(file, `${text}{"path":"half a li`);
    const changed = headNifti();
    changed[changed.length - 5000] = (changed[changed.length - 5000] ?? 0) ^ 1;
    fs.writeFileSync(at('cohort', 'c', 'ct.nii'), changed);
    fs.writeFileSync(at('cohort', 'b', 'ct.nii'), headNifti());
    const second = await classify(...args);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /3 scans: 2 classified, 0 failed, 1 finished before\.\n$/);
    const now = fs.readFileSync(file, 'utf8');
    assert.deepEqual(
      lines(now)
        .map((line) => path.relative(folder, line.path))
        .sort(),
      ['a', 'b', 'c'].map((name) => `cohort/${name}/ct.nii`),
    );
    const third = await classify(...args, '--json');
    assert.deepEqual(
      lines(third.stdout).map(({ status }) => status),
      Array(3).fill('finished'),
    );
    assert.equal(fs.readFileSync(file, 'utf8'), now);
    // Another model says something else.
    writeClassifier(at('models', 'toy-cls'), { offsets: [-70, -70, -70] });
    assert.match((await classify(...args)).stderr, /3 classified, 0 failed, 0 finished before/);
    assert.equal(lines(fs.readFileSync(file, 'utf8')).length, 3);
  });

  it('divides a cohort as segment does, and ends in good order', async () => {
    const parts = await Promise.all(
      ['1/2', '2/2'].map(async (shard) => lines((await classify('cohort', '--json', '--shard', shard)).stdout)),
    );
    assert.deepEqual(
      parts
        .flat()
        .map((line) => path.relative(folder, line.path))
        .sort(),
      ['a', 'b', 'c'].map((name) => `cohort/${name}/ct.nii`),
    );
    const stop = (stdout: string): NodeJS.Signals | undefined => (stdout.includes('\n') ? 'SIGINT' : undefined);
    const args = ['classify', 'cohort', '--model', 'models/toy-cls', '--json', '--csv', 'part.csv'];
    const stopped = await runHemorica({ cli: built.cli, cwd: folder, onOutput: stop }, ...args);
    assert.equal(stopped.code, 130);
    const done = lines(stopped.stdout).length;
    assert.ok(done >= 1 && done < 3, String(done));
    assert.equal(fs.readFileSync(at('part.csv'), 'utf8').trimEnd().split('\n').length, 1 + done * 9);
  });

  it('is refused with the reason: wrong usage, no model, a model of another task, a file that is none of its own', async () => {
    for (const wrong of [['--threshold', '2'], ['--shard', '3/2'], ['--json', '--quiet'], ['--nifti']]) {
      const { code, stdout } = await classify('cohort', ...wrong);
      assert.deepEqual([code, stdout], [2, ''], String(wrong));
    }
    const none = await run('classify', 'cohort', '--model', 'nothing');
    assert.equal(none.code, 1);
    assert.match(none.stderr, /^hemorica: nothing: there is no built-in model/);
    const toOther = await run('segment', 'cohort', '--model', 'models/toy-cls');
    assert.equal(toOther.code, 1);
    assert.match(toOther.stderr, /the model is for classification, not for segmentation/);
    fs.writeFileSync(at('notes.jsonl'), 'my notes\n');
    const foreign = await classify('cohort', '--out', 'notes.jsonl');
    assert.equal(foreign.code, 1);
    assert.match(
      foreign.stderr,
      /^hemorica: notes\.jsonl:1: it is not valid JSON\. Name a file that "hemorica classify" wrote\.\n$/,
    );
    assert.equal(fs.readFileSync(at('notes.jsonl'), 'utf8'), 'my notes\n');
    const help = await run('classify', '--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Examples:[\s\S]*not a medical device/i);
  });

  it('writes what evaluate reads, by slice and by patient', async () => {
    assert.equal((await classify('cohort', '--out', 'all.jsonl', '--csv', 'all.csv', '--quiet')).code, 0);
    for (const { path: file, image } of lines(fs.readFileSync(at('all.jsonl'), 'utf8'))) {
      // The reader found blood on one slice more than the model.
      const empty = emptyAnnotation({ ...image, file: 'ct.nii' });
      const name = path.basename(path.dirname(file));
      const truth: Annotation = {
        ...empty,
        patient: { ...empty.patient, IPH: true },
        slices: empty.slices.map((slice, k) => {
          if (![...BLOOD, 6].includes(k)) return slice;
          const findings = bySubtype((one) => ({ ...slice.findings[one], present: one === 'IPH' ? true : null }));
          return { ...slice, findings };
        }),
      };
      fs.mkdirSync(at('truth', name), { recursive: true });
      fs.writeFileSync(at('truth', name, `${name}.ich.json`), encodeAnnotation(truth));
    }
    const evaluate = async (...args: string[]) => {
      const all = ['evaluate', '--truth', 'truth', ...args, '--format', 'json', '--bootstrap', '0'];
      const { code, stdout, stderr } = await run(...all);
      assert.equal(code, 0, stderr);
      const { figures } = JSON.parse(stdout) as { figures: Record<string, unknown>[] };
      return (level: string, of: string, metric: string): unknown =>
        figures.find((one) => one.level === level && one.class === of && one.metric === metric)?.value;
    };
    // The scans are alike: their paths tell them apart, and of equal hashes none decides.
    fs.rmSync(at('truth', 'b'), { recursive: true });
    fs.rmSync(at('truth', 'c'), { recursive: true });
    fs.writeFileSync(at('one.jsonl'), `${fs.readFileSync(at('all.jsonl'), 'utf8').split('\n')[0]}\n`);
    const figure = await evaluate('--prediction', 'one.jsonl');
    assert.equal(figure('slice', 'any', 'recall'), 4 / 5);
    assert.equal(figure('slice', 'any', 'precision'), 1);
    assert.equal(figure('slice', 'IPH', 'specificity'), 1);
    assert.equal(figure('patient', 'any', 'recall'), 1);
    assert.equal(figure('slice', 'any', 'dice'), undefined);
    // All that is not blood is below what is, save for the slice that was missed.
    const auc = figure('slice', 'any', 'auc');
    assert.ok(typeof auc === 'number' && auc >= 0.8, String(auc));
    const strict = await evaluate('--prediction', 'one.jsonl', '--threshold', '0.999999');
    assert.equal(strict('slice', 'any', 'recall'), 0);
    const broken = `${fs.readFileSync(at('one.jsonl'), 'utf8')}nonsense\n`;
    fs.writeFileSync(at('one.jsonl'), broken);
    const bad = await run('evaluate', '--truth', 'truth', '--prediction', 'one.jsonl');
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /one\.jsonl:2: it is not valid JSON/);
  });
});
