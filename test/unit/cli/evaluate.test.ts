/** `hemorica evaluate`, `stats` and `models`, as people and scripts call them. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Annotation } from '../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../src/core/annotation/encode';
import { paintRuns } from '../../../src/core/annotation/runs';
import { encodeNifti } from '../../../src/core/formats/write-nifti';
import { type Built, buildPrograms } from '../../fixtures/built';
import { dicomFile } from '../../fixtures/dicom-file';
import { blank, painted } from '../../fixtures/masks';
import { type Outcome, runHemorica } from '../../fixtures/run-hemorica';

interface Figure {
  readonly task: string;
  readonly level: string;
  readonly class: string;
  readonly metric: string;
  readonly statistic: string;
  readonly value: number | null;
  readonly low?: number;
  readonly n: number;
}

const truthOf = (scan: string): Annotation =>
  painted(
    blank(scan),
    { k: 1, at: [4, 4], size: [10, 10], subtype: 'IPH' },
    { k: 2, at: [4, 4], size: [10, 10], subtype: 'IPH' },
    { k: 2, at: [20, 4], size: [5, 4], subtype: 'IVH' },
  );
/** Half of a slice too much, and no IVH. */
const predictionOf = (scan: string): Annotation =>
  painted(
    blank(scan),
    { k: 1, at: [4, 4], size: [10, 10], subtype: 'IPH' },
    { k: 2, at: [4, 4], size: [10, 5], subtype: 'IPH' },
    { k: 3, at: [4, 4], size: [10, 5], subtype: 'IPH' },
  );

/** The mask as a NIfTI label map; with `shift` mm to the left. */
function labelMap({ image, slices }: Annotation, shift = 0): Uint8Array {
  const [width, height, depth] = image.size;
  const voxels = new Uint8Array(width * height * depth);
  slices.forEach(({ runs }, k) => {
    paintRuns(runs, voxels.subarray(k * width * height, (k + 1) * width * height), width, height);
  });
  return encodeNifti({
    voxels,
    size: image.size,
    affine: image.affine.map((value, n) => (n === 3 ? value + shift : value)),
  });
}

describe('hemorica evaluate', function () {
  this.timeout(120_000);
  let built: Built;
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const put = (name: string, content: string | Uint8Array): void => {
    fs.mkdirSync(path.dirname(at(name)), { recursive: true });
    fs.writeFileSync(at(name), content);
  };
  const hemorica = (...args: string[]): Promise<Outcome> => runHemorica({ cli: built.cli, cwd: folder }, ...args);
  const evaluateJson = async (...args: string[]) => {
    const { code, stdout, stderr } = await hemorica('evaluate', ...args, '--format', 'json');
    const evaluation = JSON.parse(stdout);
    const figure = (level: string, of: string, metric: string, statistic: string): Figure | undefined =>
      evaluation.figures.find(
        (one: Figure) =>
          one.level === level && one.class === of && one.metric === metric && one.statistic === statistic,
      );
    return { code, stderr, evaluation, figure };
  };
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-evaluate-')));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('gives the figures of annotations, matched by image hash whatever their names', async () => {
    for (const [n, scan] of ['aa', 'bb', 'cc'].entries()) {
      put(`truth/reader-${n}.ich.json`, encodeAnnotation(truthOf(scan)));
      put(`model/${2 - n}.ich.json`, encodeAnnotation(predictionOf(scan)));
    }
    const { code, stderr, evaluation, figure } = await evaluateJson('--truth', 'truth', '--prediction', 'model');
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(
      evaluation.cases.map((one: { name: string; prediction: string; matchedBy: string }) => [
        one.name,
        path.basename(one.prediction),
        one.matchedBy,
      ]),
      [0, 1, 2].map((n) => [`reader-${n}`, `${2 - n}.ich.json`, 'image hash']),
    );
    // IPH: 150 of 200 found, 50 false. IVH: 20 missed.
    assert.equal(figure('pooled', 'IPH', 'dice', 'ratio')?.value, 0.75);
    assert.equal(figure('pooled', 'any', 'recall', 'ratio')?.value, 150 / 220);
    assert.equal(figure('scan', 'IVH', 'dice', 'mean')?.value, 0);
    assert.equal(figure('pooled', 'IVH', 'precision', 'ratio')?.value, null);
    assert.equal(figure('slice', 'IPH', 'dice', 'mean')?.n, 9);
    assert.equal(figure('scan', 'EPH', 'dice', 'mean')?.n, 0);
    assert.equal(figure('scan', 'IPH', 'hd95', 'mean')?.value, 5);
    assert.ok(Math.abs((figure('scan', 'any', 'volume error', 'bias')?.value ?? 0) + 0.1) < 1e-12);
    assert.equal(figure('slice', 'any', 'specificity', 'ratio')?.value, 0.5);
    assert.equal(figure('patient', 'IVH', 'recall', 'ratio')?.value, 0);
    assert.equal(figure('pooled', 'IPH', 'dice', 'ratio')?.low, 0.75);
    assert.equal(evaluation.cases[0].classes.IPH.slices[1].dice, 2 / 3);
  });

  it('takes NIfTI label maps on either side, matched by name, and passes by the scans beside annotations', async () => {
    put('truth/p1/head.nii.gz', gzipSync(labelMap(truthOf('aa'))));
    put('model/p1/head.ich.json', encodeAnnotation(predictionOf('aa')));
    put('model/p1/head.nii.gz', 'the scan, which nobody needs here');
    const { code, stderr, evaluation, figure } = await evaluateJson('--truth', 'truth', '--prediction', 'model');
    assert.deepEqual([code, stderr, evaluation.cases[0].matchedBy], [0, '', 'path']);
    assert.equal(figure('pooled', 'IPH', 'dice', 'ratio')?.value, 0.75);
    assert.equal(figure('pooled', 'IPH', 'dice', 'ratio')?.low, undefined);
    const back = await evaluateJson('--truth', 'model/p1', '--prediction', 'truth/p1');
    assert.equal(back.figure('pooled', 'any', 'precision', 'ratio')?.value, 150 / 220);
  });

  it('takes label maps without subtypes as blood alone when asked', async () => {
    const binary = labelMap(truthOf('aa')).map((byte, n) => (n >= 352 && byte > 0 ? 255 : byte));
    put('truth/head.nii', binary);
    put('model/head.ich.json', encodeAnnotation(predictionOf('aa')));
    const refused = await hemorica('evaluate', '--truth', 'truth', '--prediction', 'model');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /truth\/head\.nii: it is no label map: it has the value 255\. Label maps hold 0, 1 EPH, .*--binary/,
    );
    const { code, figure, evaluation } = await evaluateJson('--truth', 'truth', '--prediction', 'model', '--binary');
    assert.equal(code, 0);
    assert.equal(figure('pooled', 'any', 'recall', 'ratio')?.value, 150 / 220);
    assert.deepEqual([...new Set(evaluation.figures.map((one: Figure) => one.class))], ['any']);
  });

  it('refuses what is of another place or scan, lists what has no counterpart, and does the rest', async () => {
    put('truth/a.ich.json', encodeAnnotation(truthOf('aa')));
    put('truth/b.nii', labelMap(truthOf('bb')));
    put('truth/c.ich.json', encodeAnnotation(truthOf('cc')));
    put('truth/d.ich.json', encodeAnnotation(truthOf('dd')));
    put('truth/e.ich.json', '{');
    put('model/a.ich.json', encodeAnnotation(predictionOf('aa')));
    put('model/b.nii', labelMap(predictionOf('bb'), 1));
    put('model/c.ich.json', encodeAnnotation(predictionOf('ce')));
    put('model/f.ich.json', encodeAnnotation(predictionOf('ff')));
    const { code, stderr, evaluation } = await evaluateJson('--truth', 'truth', '--prediction', 'model');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^hemorica: b: refused\. Truth and prediction place their voxels up to 1\.0 mm apart .*own grid\.$/m,
    );
    assert.match(stderr, /^hemorica: c: refused\. The annotations were made on other voxel values .*--ignore-hash\.$/m);
    assert.match(stderr, /^hemorica: truth\/d\.ich\.json: there is no prediction for it\.$/m);
    assert.match(stderr, /^hemorica: model\/f\.ich\.json: there is no truth for it\.$/m);
    assert.match(stderr, /^hemorica: truth\/e\.ich\.json, line 1, column 2: /m);
    assert.deepEqual(
      [evaluation.cases.length, evaluation.refused.length, evaluation.unreadable.length, evaluation.unmatched],
      [1, 2, 1, { truth: ['truth/d.ich.json'], prediction: ['model/f.ich.json'], scores: [] }],
    );
    const ignoring = await evaluateJson('--truth', 'truth', '--prediction', 'model', '--ignore-hash');
    assert.deepEqual(ignoring.evaluation.cases.map(({ name }: { name: string }) => name).sort(), ['a', 'c']);
    const markdown = await hemorica('evaluate', '--truth', 'truth', '--prediction', 'model');
    assert.match(
      markdown.stdout,
      /## Refused\n\n- c: .*\n- b: .*\n\n## Not readable\n\n- .*\n\n## Truth without prediction\n\n- truth\/d/,
    );
  });

  it('evaluates probabilities, by slice and by patient', async () => {
    const table = ['scan,slice,any,IPH'];
    for (const scan of ['aa', 'bb']) {
      put(`truth/${scan}.ich.json`, encodeAnnotation(scan === 'aa' ? truthOf(scan) : blank(scan)));
      [0.1, 0.9, 0.6, 0.6].forEach((p, k) => {
        table.push(`cohort/${scan}.nii.gz,${k},${scan === 'aa' ? p : p / 2},${p}`);
      });
    }
    put('scores.csv', `${table.join('\r\n')}\r\ncohort/bb.nii.gz,,0.3,0.2\r\n`);
    const { code, figure, evaluation } = await evaluateJson('--truth', 'truth', '--scores', 'scores.csv');
    assert.equal(code, 0);
    // Slices 1 and 2 of the first have blood: 0.9 and 0.6, against 0.6 on a tie, 0.45, 0.3, 0.3, 0.1 and 0.05.
    assert.equal(figure('slice', 'any', 'auc', 'area')?.value, 11.5 / 12);
    assert.equal(figure('slice', 'any', 'precision', 'ratio')?.value, 2 / 3);
    assert.equal(figure('patient', 'any', 'auc', 'area')?.value, 1);
    assert.equal(figure('patient', 'IPH', 'specificity', 'ratio')?.value, 1);
    assert.equal(figure('slice', 'IVH', 'recall', 'ratio'), undefined);
    assert.ok(evaluation.figures.every((one: Figure) => one.task === 'classification'));
    const strict = await evaluateJson('--truth', 'truth', '--scores', 'scores.csv', '--threshold', '0.7');
    assert.equal(strict.figure('slice', 'any', 'recall', 'ratio')?.value, 0.5);
    put('short.csv', `${table.slice(0, -1).join('\n')}\n`);
    assert.match(
      (await evaluateJson('--truth', 'truth', '--scores', 'short.csv')).stderr,
      /bb: refused\. It has 4 slices, and 3 of them have probabilities\./,
    );
    put('wrong.csv', 'scan,slice,any\na,0,1.2\n');
    assert.match(
      (await hemorica('evaluate', '--truth', 'truth', '--scores', 'wrong.csv')).stderr,
      /^hemorica: wrong\.csv:2: "any" is 1\.2\./,
    );
  });

  it('draws patients for its intervals, with the same result for the same seed, as a table', async () => {
    for (const [n, scan] of ['aa', 'bb', 'cc', 'dd'].entries()) {
      put(`truth/${scan}.ich.json`, encodeAnnotation(truthOf(scan)));
      put(`model/${scan}.ich.json`, encodeAnnotation(n % 2 === 0 ? predictionOf(scan) : truthOf(scan)));
    }
    put('patients.csv', '\uFEFFscan,patient\naa,"Doe, J"\nbb,"Doe, J"\ncc,2\ndd,2\n');
    const args = ['evaluate', '--truth', 'truth', '--prediction', 'model', '--format', 'csv'];
    const few = (seed: string): Promise<Outcome> => hemorica(...args, '--bootstrap', '5', '--seed', seed);
    assert.notEqual((await few('1')).stdout, (await few('2')).stdout);
    const [alone, again] = [await hemorica(...args), await hemorica(...args)];
    assert.equal(alone.stdout, again.stdout);
    const lines = alone.stdout.split('\n');
    assert.equal(lines[0], 'task,level,class,metric,statistic,case,slice,value,low,high,n');
    assert.ok(lines.includes('segmentation,slice,IPH,dice,single,aa,2,0.6666666666666666,,,1'));
    const row = lines.find((line) => line.startsWith('segmentation,pooled,IPH,dice,ratio,,,0.875,0.7'));
    assert.ok(row, 'an interval that reaches from 0.75');
    // Both patients are alike, so that no draw differs.
    const grouped = await hemorica(...args, '--patients', 'patients.csv', '--out', 'all.csv');
    assert.deepEqual([grouped.code, grouped.stdout], [0, '']);
    assert.match(fs.readFileSync(at('all.csv'), 'utf8'), /segmentation,pooled,IPH,dice,ratio,,,0\.875,0\.875,0\.875,/);
  });

  it("takes each slice's own place from the scan with --scan, and says when it would matter", async () => {
    fs.mkdirSync(at('truth/series'), { recursive: true });
    [0, 5, 10, 30].forEach((z, instance) => {
      const image = {
        rows: 32,
        columns: 32,
        spacing: [1, 1],
        position: [-16, -16, z] as const,
        thickness: 5,
        intercept: -1024,
      };
      fs.writeFileSync(
        at('truth/series', `${instance}.dcm`),
        dicomFile({ ...image, instance, value: (v) => (v % 7) + 1000 }),
      );
    });
    assert.equal((await hemorica('segment', 'truth/series', '--quiet')).code, 0);
    const made = JSON.parse(fs.readFileSync(at('truth/series/series.ich.json'), 'utf8'));
    const image = { ...truthOf('aa').image, ...made.image, affine: [...made.image.affine.flat(), 0, 0, 0, 1] };
    put('truth/series/series.ich.json', encodeAnnotation({ ...truthOf('aa'), image }));
    put('model/series.ich.json', encodeAnnotation({ ...predictionOf('aa'), image }));
    const args = ['--truth', 'truth', '--prediction', 'model'];
    const mean = await evaluateJson(...args);
    assert.match(mean.stderr, /its slices are uneven; volumes and HD95 take their mean distance\. Use --scan/);
    assert.equal(mean.figure('scan', 'IPH', 'hd95', 'mean')?.value, 10);
    const own = await evaluateJson(...args, '--scan');
    assert.deepEqual([own.code, own.stderr], [0, '']);
    assert.equal(own.figure('scan', 'IPH', 'hd95', 'mean')?.value, 20);
  });

  it('ends with 2 for wrong usage', async () => {
    for (const args of [
      ['--truth', 'a'],
      ['--prediction', 'a'],
      ['--truth', 'a', '--prediction', 'b', '--format', 'xml'],
      ['--truth', 'a', '--prediction', 'b', '--bootstrap', '-1'],
      ['--truth', 'a', '--prediction', 'b', '--seed', '1.5'],
    ]) {
      const { code, stdout, stderr } = await hemorica('evaluate', ...args);
      assert.deepEqual([code, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /^hemorica: [^\n]+\n$/);
    }
    assert.match((await hemorica('evaluate', '--help')).stdout, /Examples:\s+hemorica evaluate /);
  });

  describe('hemorica stats', () => {
    it('counts subtypes and their combinations, for people and programs', async () => {
      put('a.ich.json', encodeAnnotation(truthOf('aa')));
      put('deep/b.ich.json', encodeAnnotation(predictionOf('bb')));
      put('deep/c.nii.gz', gzipSync(labelMap(blank('cc'))));
      const { code, stdout } = await hemorica('stats', '.', '--json');
      assert.equal(code, 0);
      const { scans, patients, slices, volumes } = JSON.parse(stdout);
      assert.deepEqual([scans, patients.healthy, patients.subtypes.IPH, patients.subtypes.IVH], [3, 1, 2, 1]);
      assert.deepEqual(
        [slices.all, slices.hemorrhage, slices.conditional.IPH.IVH, slices.conditional.IVH.IPH],
        [12, 5, 1, 0.2],
      );
      assert.deepEqual([volumes.IPH.scans, volumes.IPH.median], [2, 1]);
      const people = (await hemorica('stats', '.')).stdout;
      assert.match(
        people,
        /^3 scans\n\n +all {2}healthy {2}hemorrhage {2}EPH {2}SDH {2}SAH {2}IPH {2}IVH\npatients +3 +1 +2 +0 +0 +0 +2 +1\nslices +12 /,
      );
      assert.match(people, /P\(row \| column\), by patient\n.*\nEPH +- +- +- +0\.000 +0\.000\n/);
      put('bad.ich.json', '{}');
      const bad = await hemorica('stats', '.', '--json');
      assert.deepEqual([bad.code, JSON.parse(bad.stdout).scans], [1, 3]);
      assert.match(bad.stderr, /^hemorica: bad\.ich\.json, line 1, column 1: /);
      assert.match((await hemorica('stats', '--help')).stdout, /Examples:\s+hemorica stats /);
    });
  });
});
