/** `hemorica segment` over a cohort: kept going, cut in shards, stopped and taken up again. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseShard, shardOf } from '../../../src/cli/cohort';
import { parseAnnotation } from '../../../src/core/annotation/parse';
import { type Built, buildPrograms } from '../../fixtures/built';
import { type Outcome, runHemorica } from '../../fixtures/run-hemorica';
import { headNifti } from '../../fixtures/tiny-nifti';

describe('shards', () => {
  it('are read as i/n', () => {
    assert.deepEqual(parseShard('2/8'), { index: 2, of: 8 });
    for (const text of ['0/8', '9/8', '1', '1/0', '-1/2', '1.5/2', '1/2/3', 'a/b', ''])
      assert.throws(() => parseShard(text), /--shard must be i\/n/);
  });

  it('divide keys evenly and always in the same way', () => {
    const counts = [0, 0, 0, 0];
    for (let n = 0; n < 4000; n++) {
      const shard = shardOf(`patient-${n}/head.nii.gz\n`, 4);
      counts[shard - 1] = (counts[shard - 1] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 900 && count < 1100, String(counts));
    // Another machine or version must find the same: these are part of the format.
    assert.deepEqual(
      ['a.nii\n', 'b.nii\n', 'c.nii\n'].map((key) => shardOf(key, 1000)),
      [905, 907, 243],
    );
  });
});

describe('hemorica segment over a cohort', function () {
  this.timeout(240_000);
  let built: Built;
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const hemorica = (...args: string[]): Promise<Outcome> => runHemorica({ cli: built.cli, cwd: folder }, ...args);
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-batch-')));
    const bytes = headNifti();
    for (const name of ['a', 'b', 'c', 'd']) {
      fs.mkdirSync(at('cohort', name), { recursive: true });
      fs.writeFileSync(at('cohort', name, 'ct.nii'), bytes);
    }
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const results = (where: string): string[] =>
    fs.existsSync(at(where))
      ? fs
          .readdirSync(at(where), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ich.json'))
          .sort()
      : [];
  const readReport = (name: string): { counts: Record<string, number>; scans: Record<string, unknown>[] } =>
    JSON.parse(fs.readFileSync(at(name), 'utf8'));

  it('keeps the folders below --out, goes on after bad files, and reports', async () => {
    fs.writeFileSync(at('cohort/b/ct.nii'), 'no scan at all');
    const { code, stderr } = await hemorica('segment', 'cohort', '--out', 'results', '--report', 'logs/all.json');
    assert.equal(code, 1);
    assert.match(stderr, /cohort\/b\/ct\.nii: [^\n]+\n[\s\S]*4 scans: 3 segmented, 1 failed, 0 finished before\.\n$/);
    assert.deepEqual(results('results'), ['a/ct.ich.json', 'c/ct.ich.json', 'd/ct.ich.json']);
    const annotation = parseAnnotation(fs.readFileSync(at('results/a/ct.ich.json'), 'utf8'));
    assert.equal(annotation.image.file, '../../cohort/a/ct.nii');
    const { counts, scans } = readReport('logs/all.json');
    assert.deepEqual(counts, { scans: 4, segmented: 3, finished: 0, failed: 1, notReached: 0 });
    assert.deepEqual(
      scans.map(({ path: file, status }) => [file, status]),
      ['a', 'b', 'c', 'd'].map((name) => [at('cohort', name, 'ct.nii'), name === 'b' ? 'failed' : 'segmented']),
    );
    assert.match(String(scans[1]?.problem), /^cohort\/b\/ct\.nii: /);
    assert.ok(Number(scans[0]?.volume) > 10 && Number(scans[0]?.seconds) > 0);
  });

  it('expands globs, and takes each scan once', async () => {
    const { code, stdout } = await hemorica(
      'segment',
      'cohort/[ac]/*.nii',
      'cohort/a/ct.nii',
      '--out',
      'results',
      '--json',
    );
    assert.equal(code, 0);
    assert.deepEqual(results('results'), ['a/ct.ich.json', 'c/ct.ich.json']);
    assert.equal(stdout.trim().split('\n').length, 2);
    const none = await hemorica('segment', 'cohort/*.nii');
    assert.deepEqual([none.code, none.stdout], [1, '']);
    assert.match(none.stderr, /^hemorica: cohort\/\*\.nii: no file or folder has such a name\. /);
  });

  it('is stopped and taken up again: what is finished is passed by, whoever changed the mask since', async () => {
    const stop = (stdout: string): NodeJS.Signals | undefined => (stdout.includes('\n') ? 'SIGTERM' : undefined);
    const args = ['segment', 'cohort', '--out', 'results', '--report', 'report.json'];
    const first = await runHemorica({ cli: built.cli, cwd: folder, onOutput: stop }, ...args);
    assert.equal(first.code, 143);
    assert.match(first.stderr, /hemorica: interrupted\.\n/);
    const done = results('results');
    assert.ok(done.length >= 1 && done.length < 4, String(done));
    assert.equal(readReport('report.json').counts.notReached, 4 - done.length);
    const text = fs
      .readFileSync(at('results/a/ct.ich.json'), 'utf8')
      .replace('"state": "draft"', '"state": "read", "by": "Jane"');
    fs.writeFileSync(at('results/a/ct.ich.json'), text);
    const second = await hemorica(...args, '--nifti');
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /^cohort\/a\/ct\.nii: finished before -> results\/a\/ct\.ich\.json\n/);
    assert.equal(results('results').length, 4);
    assert.deepEqual(
      [readReport('report.json').counts.finished, readReport('report.json').counts.segmented],
      [done.length, 4 - done.length],
    );
    assert.equal(fs.readFileSync(at('results/a/ct.ich.json'), 'utf8'), text);
    // A label map that was missing is made of the annotation that is there.
    assert.ok(fs.existsSync(at('results/a/ct.ich.nii.gz')));
    const third = await hemorica(...args, '--json');
    assert.deepEqual(
      [...third.stdout.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status),
      Array(4).fill('finished'),
    );
  });

  it('does again what another threshold made or changed voxels belong to only with --force', async () => {
    fs.rmSync(at('cohort/c'), { recursive: true });
    fs.rmSync(at('cohort/d'), { recursive: true });
    assert.equal((await hemorica('segment', 'cohort', '--quiet')).code, 0);
    const bytes = headNifti();
    bytes[bytes.length - 5000] = (bytes[bytes.length - 5000] ?? 0) ^ 1;
    fs.writeFileSync(at('cohort/b/ct.nii'), bytes);
    const changed = await hemorica('segment', 'cohort', '--quiet');
    assert.equal(changed.code, 1);
    assert.match(
      changed.stderr,
      /^hemorica: cohort\/b\/ct\.ich\.json: the file exists and was made from other voxels; the scan has changed\. Use --force to replace it\.\n$/,
    );
    const other = await hemorica('segment', 'cohort/a', '--threshold', '0.6', '--quiet');
    assert.equal(other.code, 1);
    assert.match(other.stderr, /was not made by this model with this threshold\. Use --force/);
    assert.equal((await hemorica('segment', 'cohort', '--threshold', '0.6', '--force', '--quiet')).code, 0);
  });

  it('gives shards that together are the whole, each scan in one, wherever the cohort lies', async () => {
    fs.cpSync(at('cohort'), at('elsewhere/deep/cohort'), { recursive: true });
    const parts: string[][] = [];
    for (const shard of ['1/2', '2/2']) {
      const out = `results-${shard[0]}`;
      assert.equal((await hemorica('segment', 'cohort', '--out', out, '--shard', shard, '--quiet')).code, 0);
      parts.push(results(out));
    }
    assert.deepEqual(
      parts.flat().sort(),
      ['a', 'b', 'c', 'd'].map((name) => `${name}/ct.ich.json`),
    );
    const { code } = await hemorica(
      'segment',
      at('elsewhere/deep/cohort'),
      '--out',
      'again',
      '--shard',
      '1/2',
      '--quiet',
    );
    assert.equal(code, 0);
    assert.deepEqual(results('again'), parts[0]);
  });
});
