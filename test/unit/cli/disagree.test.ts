/** `hemorica disagree` on a head whose bleed the toy model finds, as a child process. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseAnnotation } from '../../../src/core/annotation/parse';
import { type Built, buildPrograms } from '../../fixtures/built';
import { type Outcome, runHemorica } from '../../fixtures/run-hemorica';
import { writeSegmenter } from '../../fixtures/segmenter';
import { headNifti } from '../../fixtures/tiny-nifti';

describe('hemorica disagree', function () {
  this.timeout(120_000);
  let built: Built;
  let folder = '';
  let model = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const hemorica = (...args: string[]): Promise<Outcome> => runHemorica({ cli: built.cli, cwd: folder }, ...args);
  before(async () => {
    built = await buildPrograms();
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-disagree-')));
    model = writeSegmenter(at('models', 'toy'));
    // What the model itself finds is the annotation of a; that of b is a before the blood of a slice was taken away.
    for (const name of ['a', 'b']) {
      fs.mkdirSync(at('cohort', name), { recursive: true });
      fs.writeFileSync(at('cohort', name, 'ct.nii'), headNifti());
    }
    const made = await hemorica('segment', 'cohort', '--model', model, '--quiet');
    assert.deepEqual([made.code, made.stderr], [0, '']);
    const file = at('cohort/b/ct.ich.json');
    const text = fs.readFileSync(file, 'utf8').split('\n');
    const { slices } = parseAnnotation(text.join('\n'));
    const k = slices.findIndex(({ runs }) => runs.length > 0);
    assert.ok(k >= 0);
    const start = text.findIndex((line) => line.includes(`"slice": ${k},`));
    const rows = text.map((line, n) =>
      n > start && n < start + 200 && /^\s*"\d+ .*"/.test(line) ? line.replace(/"(\d+) [^"]*"/, '$1') : line,
    );
    fs.writeFileSync(file, rows.join('\n'));
    parseAnnotation(fs.readFileSync(file, 'utf8'));
  });
  after(() => {
    built.remove();
    fs.rmSync(folder, { recursive: true });
  });

  interface Line {
    readonly annotation: string;
    readonly scan: string;
    readonly ran: boolean;
    readonly dice: number;
    readonly missed: number;
    readonly false: number;
    readonly slices: readonly { readonly slice: number; readonly dice: number }[];
    readonly lesions: readonly unknown[];
  }
  const lines = ({ stdout }: Outcome): Line[] =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  it('finds nothing where the model made the annotation, and what was taken away elsewhere', async () => {
    const [same, other] = lines(await hemorica('disagree', 'cohort', '--model', model, '--json', '--cache', 'kept'));
    assert.ok(same && other);
    assert.deepEqual(
      [same.annotation, same.dice, same.missed, same.false, same.slices, same.lesions],
      ['a/ct.ich.json', 1, 0, 0, [], []],
    );
    assert.deepEqual([other.annotation, other.scan], ['b/ct.ich.json', at('cohort/b/ct.nii')]);
    assert.ok(other.false > 0 && other.missed === 0 && other.dice < 1, JSON.stringify(other));
    assert.ok(other.slices.every(({ dice }) => dice === 0));
    // The two scans are the same voxels in the same place.
    assert.deepEqual([same.ran, other.ran], [true, false]);
    const again = lines(await hemorica('disagree', 'cohort', '--model', model, '--json', '--cache', 'kept'));
    assert.deepEqual(
      again.map(({ ran }) => ran),
      [false, false],
    );
  });

  it('goes on after what it cannot read, and exits with 1', async () => {
    fs.mkdirSync(at('cohort/c'));
    fs.writeFileSync(at('cohort/c/ct.ich.json'), '{');
    const args = ['disagree', 'cohort', '--model', model, '--cache', 'kept', '--quiet'];
    const text = await hemorica(...args);
    assert.equal(text.code, 1);
    assert.match(text.stderr, /^hemorica: cohort\/c\/ct\.ich\.json, line 1, [^\n]+\n$/);
    assert.match(text.stdout, /^toy-seg 1\.0\.0, threshold 0\.5\na\/ct\.ich\.json: Dice 1\.00, missed 0\.0 mL/);
    assert.match(text.stdout, /Worst slices\n {2}b\/ct\.ich\.json, slice \d+: missed 0\.0 mL, false \d/);
    const csv = await hemorica(...args, '--csv');
    assert.match(csv.stdout, /^level,annotation,class[^\n]+\nscan,a\/ct\.ich\.json,any,/);
    assert.match(csv.stdout, /\nscan,c\/ct\.ich\.json,,+"?cohort\/c\/ct\.ich\.json, line 1/);
    fs.rmSync(at('cohort/c'), { recursive: true });
  });

  it('refuses wrong usage, folders without annotations and models for other tasks', async () => {
    const wrong = await hemorica('disagree', 'cohort', '--json', '--csv');
    assert.deepEqual(
      [wrong.code, wrong.stderr],
      [2, 'hemorica: --json and --csv exclude each other. (hemorica --help)\n'],
    );
    const none = await hemorica('disagree', 'models', '--model', model, '--quiet');
    assert.deepEqual(
      [none.code, none.stderr],
      [1, 'hemorica: models: it holds no *.ich.json. Name a folder with annotations.\n'],
    );
    const unknown = await hemorica('disagree', 'cohort', '--model', 'nowhere');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /nowhere: there is no built-in model/);
  });
});
