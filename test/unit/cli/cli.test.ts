import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { encodeAnnotation } from '../../../src/core/annotation/encode';
import { parseAnnotation } from '../../../src/core/annotation/parse';
import { decodeNifti } from '../../../src/core/formats/nifti';
import { affineOf, indexToWorld } from '../../../src/core/geometry';
import { DEFAULT_MODELS } from '../../../src/core/model/default-models';
import { type Built, buildPrograms } from '../../fixtures/built';
import { dicomFile } from '../../fixtures/dicom-file';
import { headNifti, headWorld } from '../../fixtures/tiny-nifti';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('hemorica', function () {
  this.timeout(120_000);
  let built: Built;
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-cli-')));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** Runs the command line in the test's folder. */
  function hemorica(...args: string[]): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      // What is said of GPUs depends on the computer.
      const env = { ...process.env, HEMORICA_PROVIDERS: 'cpu' };
      const child = spawn(process.execPath, [built.cli, ...args], {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  async function good(...args: string[]): Promise<Outcome> {
    const outcome = await hemorica(...args);
    assert.equal(outcome.code, 0, outcome.stderr);
    return outcome;
  }

  /** An unevenly spaced series of the head, in folder `name`. */
  function putSeries(name: string): void {
    fs.mkdirSync(at(name));
    [0, 5, 10, 15, 27, 39].forEach((z, n) => {
      const value = (v: number): number => headWorld.value(v % 110, Math.floor(v / 110), Math.min(7, n + 1)) + 1024;
      const image = {
        rows: 128,
        columns: 110,
        spacing: [2, 2],
        position: [-109, -127, z] as const,
        thickness: 5,
        intercept: -1024,
      };
      fs.writeFileSync(at(name, `${n}.dcm`), dicomFile({ ...image, instance: n, value }));
    });
  }

  describe('usage', () => {
    for (const args of [
      [],
      ['bogus'],
      ['info'],
      ['info', 'a.nii', '--bogus'],
      ['info', 'a.nii', '--volume', '0'],
      ['convert', 'a.nii'],
      ['convert', 'a.nii', 'b.mnc'],
      ['segment', 'a.nii', '--threshold', '1.5'],
      ['segment', 'a.nii', '--json', '--quiet'],
    ]) {
      it(`ends with 2 and one line for: ${args.join(' ') || 'nothing'}`, async () => {
        const { code, stdout, stderr } = await hemorica(...args);
        assert.equal(code, 2);
        assert.equal(stdout, '');
        assert.match(stderr, /^hemorica: [^\n]+\n$/);
      });
    }

    it('has help with examples, a version and completion', async () => {
      assert.match(
        (await good('--help')).stdout,
        /info[\s\S]*convert[\s\S]*segment[\s\S]*not a medical device|not a medical device[\s\S]*info[\s\S]*convert[\s\S]*segment/,
      );
      for (const command of ['info', 'convert', 'segment', 'validate']) {
        assert.match((await good(command, '--help')).stdout, new RegExp(`Examples:\\s+hemorica ${command} `));
      }
      assert.match((await good('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
      assert.match((await good('completion')).stdout, /complete -o .*hemorica/);
    });
  });

  describe('info', () => {
    it('prints one JSON object a line', async () => {
      fs.writeFileSync(at('head.nii.gz'), gzipSync(headNifti()));
      putSeries('series');
      const { stdout, stderr } = await good('info', 'head.nii.gz', 'series', '--json');
      assert.equal(stderr, '');
      const [head, series, ...more] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(more, []);
      assert.equal(head.path, at('head.nii.gz'));
      assert.equal(head.format, 'nifti1');
      assert.deepEqual([head.size, head.spacing, head.regular, head.tilt], [[110, 128, 8], [2, 2, 5], true, 0]);
      // Stored towards right and front, so the first voxel is the leftmost and backmost.
      assert.deepEqual(
        [head.origin, head.orientation],
        [
          [109, 127, 0],
          ['R', 'A', 'S'],
        ],
      );
      assert.deepEqual(head.range, { min: -1000, max: 1100 });
      assert.deepEqual([series.path, series.files, series.format], [at('series'), 6, 'dicom']);
      assert.deepEqual([series.regular, series.range.min, series.spacing[2]], [false, -1000, 5]);
      assert.deepEqual(
        series.slices.map(({ location }: { location: number }) => location),
        [0, 5, 10, 15, 27, 39],
      );
      assert.deepEqual([series.slices[2].file, series.slices[2].thickness], ['2.dcm', 5]);
      assert.ok(series.notices.length > 0);
    });

    it('prints the same for people', async () => {
      putSeries('series');
      const { stdout } = await good('info', 'series');
      for (const line of [
        /^series\n/,
        /format +DICOM, CT, 6 files/,
        /size +110 x 128 x 6 voxels/,
        /origin +\(-109, -127, 0\) mm LPS/,
        /direction +i \(1, 0, 0\) L, j \(0, 1, 0\) P, k \(0, 0, 1\) S/,
        /values +-1000 to 1100/,
        /slices +6, from 0 to 39 mm, thickness 5 mm/,
        / 5 {2}at +27 mm {2}position \(-109, -127, 27\) {2}thickness 5 /,
      ]) {
        assert.match(stdout, line);
      }
    });

    it('goes on after bad input and ends with 1', async () => {
      fs.writeFileSync(at('bad.nii'), 'this is no scan, however long it may be');
      fs.writeFileSync(at('head.nii'), headNifti());
      const { code, stdout, stderr } = await hemorica('info', 'bad.nii', 'none.dcm', 'head.nii');
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^hemorica: none\.dcm: it cannot be opened \(there is no such file or folder\)\. Check the path\.\nhemorica: bad\.nii: [^\n]+\n$/,
      );
      assert.match(stdout, /^head\.nii\n {2}format +NIfTI-1/);
    });
  });

  describe('convert', () => {
    it('writes the same voxels in HU at the same places', async () => {
      putSeries('series');
      const { stdout, stderr } = await good('convert', 'series', 'out.nii.gz');
      assert.equal(stdout, '');
      assert.match(
        stderr,
        /^hemorica: series: its slices are uneven[^\n]+ up to 8\.4 mm off\. Use --regular to resample\.\n$/,
      );
      const volume = await decodeNifti(fs.readFileSync(at('out.nii.gz')), 'out.nii.gz');
      assert.deepEqual(
        [volume.storedType, volume.slope, volume.intercept, volume.size],
        ['int16', 1, 0, [110, 128, 6]],
      );
      assert.equal(volume.voxels[(3 * 128 + 60) * 110 + 70], headWorld.value(70, 60, 4));
      const close = (index: readonly [number, number, number], place: readonly number[]): void =>
        indexToWorld(volume, index).forEach((value, n) => {
          assert.ok(Math.abs(value - (place[n] ?? 0)) < 1e-3);
        });
      close([0, 0, 0], [-109, -127, 0]);
      close([3, 4, 5], [-103, -119, 39]);
    });

    it('resamples uneven slices when asked', async () => {
      putSeries('series');
      assert.equal((await good('convert', 'series', 'out.nii', '--regular')).stderr, '');
      const volume = await decodeNifti(fs.readFileSync(at('out.nii')), 'out.nii');
      assert.deepEqual([volume.size[2], volume.spacing[2]], [9, 4.875]);
    });

    it('keeps an existing file unless told otherwise, and refuses folders with several scans', async () => {
      fs.writeFileSync(at('a.nii'), headNifti());
      fs.writeFileSync(at('b.nii'), 'precious');
      const refused = await hemorica('convert', 'a.nii', 'b.nii');
      assert.deepEqual(
        [refused.code, refused.stderr],
        [1, 'hemorica: b.nii: the file exists. Use --force to replace it.\n'],
      );
      assert.equal(fs.readFileSync(at('b.nii'), 'utf8'), 'precious');
      await good('convert', 'a.nii', 'b.nii', '--force');
      assert.equal((await hemorica('convert', '.', 'c.nii')).code, 1);
      const missing = await hemorica('convert', 'a.nii', 'none/c.nii');
      assert.match(missing.stderr, /^hemorica: none\/c\.nii: its folder does not exist\. [^\n]+\n$/);
      assert.equal(missing.code, 1);
    });
  });

  describe('segment', () => {
    it('writes an annotation beside the scan that fits it, and a label map in its geometry', async () => {
      fs.writeFileSync(at('head.nii.gz'), gzipSync(headNifti()));
      const { stdout, stderr } = await good('segment', 'head.nii.gz', '--nifti', '--json');
      assert.equal(stderr, '');
      const result = JSON.parse(stdout);
      assert.deepEqual(
        [result.path, result.annotation, result.labels],
        [at('head.nii.gz'), at('head.ich.json'), at('head.ich.nii.gz')],
      );
      assert.ok(result.volume > 10 && result.volume < 40, `${result.volume} mL`);
      const annotation = parseAnnotation(fs.readFileSync(at('head.ich.json'), 'utf8'));
      assert.equal(annotation.image.file, 'head.nii.gz');
      assert.deepEqual(
        annotation.slices.flatMap(({ runs }, k) => (runs.length > 0 ? [k] : [])),
        result.slicesWithBlood,
      );
      const scan = await decodeNifti(fs.readFileSync(at('head.nii.gz')), 'head.nii.gz');
      const labels = await decodeNifti(fs.readFileSync(at('head.ich.nii.gz')), 'head.ich.nii.gz');
      assert.deepEqual([labels.size, labels.storedType], [scan.size, 'uint8']);
      affineOf(labels).forEach((value, n) => {
        assert.ok(Math.abs(value - (affineOf(scan)[n] ?? 0)) < 1e-5);
      });
      const blood = [...labels.voxels].filter((label) => label !== 0n && label !== 0).length;
      assert.ok(Math.abs((blood * 20) / 1000 - result.volume) < 1e-9);
      await good('validate', '.');
    });

    it('works through scans, keeps existing annotations and reports what fails', async () => {
      fs.writeFileSync(at('head.nii'), headNifti());
      fs.writeFileSync(at('bad.nii'), gunzipSync(gzipSync(headNifti())).subarray(0, 5000));
      putSeries('series');
      fs.writeFileSync(at('head.ich.json'), 'precious');
      const { code, stdout, stderr } = await hemorica(
        'segment',
        'head.nii',
        'bad.nii',
        'series',
        '--out',
        'results/first',
      );
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^hemorica: bad\.nii: [^\n]+\nhemorica: [^\n]*not a medical device\.\nhemorica: 3 scans: 2 segmented, 1 failed, 0 finished before\.\n$/,
      );
      assert.match(
        stdout,
        /^head\.nii: [\d.]+ mL \(.*\) -> results\/first\/head\.ich\.json\nseries: [\d.]+ mL .* -> results\/first\/series\.ich\.json\n$/,
      );
      assert.equal(
        parseAnnotation(fs.readFileSync(at('results/first/series.ich.json'), 'utf8')).image.file,
        '../../series',
      );
      const again = await hemorica('segment', 'head.nii', '--quiet');
      assert.deepEqual(
        [again.code, again.stdout, again.stderr],
        [1, '', 'hemorica: head.ich.json: the file exists and is no valid annotation. Use --force to replace it.\n'],
      );
      assert.equal(fs.readFileSync(at('head.ich.json'), 'utf8'), 'precious');
      await good('segment', 'head.nii', '--force', '--quiet');
      assert.ok(parseAnnotation(fs.readFileSync(at('head.ich.json'), 'utf8')).image.sha256);
    });

    it('says what is wrong with a model', async () => {
      fs.writeFileSync(at('head.nii'), headNifti());
      fs.cpSync(path.join(built.models, DEFAULT_MODELS.segmentation), at('mine'), { recursive: true });
      const manifest = JSON.parse(fs.readFileSync(at('mine/model.json'), 'utf8'));
      const attempts: readonly (readonly [string, object, RegExp])[] = [
        [
          'mine',
          { input: { ...manifest.input, name: 'scan' } },
          /mine\/model\.json: "input\.name" is "scan", but the network has the inputs "\w+"\. Correct/,
        ],
        [
          'mine',
          { input: { ...manifest.input, width: manifest.input.width + 32 } },
          /mine\/model\.json: "input" is of \d x \d+ x \d+, but the network has an input of the shape/,
        ],
        [
          'mine',
          { sha256: '0'.repeat(64) },
          /mine\/model\.onnx: its SHA-256 is \w{64}, but "sha256" in model\.json is 0{64}\./,
        ],
        [
          'mine',
          { threshold: 'high' },
          /mine\/model\.json: "threshold" is "high"; it must be a number above 0 below 1\./,
        ],
        ['none', {}, /none: there is no built-in model and no folder of this name\./],
      ];
      for (const [model, change, message] of attempts) {
        fs.writeFileSync(at('mine/model.json'), JSON.stringify({ ...manifest, ...change }));
        const { code, stderr } = await hemorica('segment', 'head.nii', '--model', model, '--quiet');
        assert.equal(code, 1);
        assert.match(stderr, message);
        assert.equal(stderr.trimEnd().split('\n').length, 1);
      }
      fs.writeFileSync(at('mine/model.json'), JSON.stringify(manifest));
      await good('segment', 'head.nii', '--model', 'mine', '--quiet');
    });
  });

  describe('validate', () => {
    it('names file, line, column and code of what is wrong', async () => {
      fs.mkdirSync(at('sub'));
      fs.writeFileSync(at('sub/a.ich.json'), '{\n  "format": 1\n}\n');
      fs.writeFileSync(at('b.ich.json'), '{\n');
      const { code, stdout, stderr } = await hemorica('validate', '.');
      assert.deepEqual([code, stderr], [1, '']);
      assert.match(
        stdout,
        /^b\.ich\.json:2:1: error: [^\n]+ \[syntax\]\nsub\/a\.ich\.json:2:\d+: error: [^\n]+ \[format\]\n$/,
      );
      const gone = await hemorica('validate', 'gone.ich.json');
      assert.deepEqual([gone.code, gone.stdout], [1, '']);
      assert.match(gone.stderr, /^hemorica: gone\.ich\.json: [^\n]+\n$/);
    });

    it('tells contradictions, and with --scan what the scan says of the mask', async () => {
      fs.writeFileSync(at('head.nii'), headNifti());
      await good('segment', 'head.nii', '--quiet');
      const text = fs.readFileSync(at('head.ich.json'), 'utf8');
      assert.equal((await good('validate', 'head.ich.json', '--scan')).stdout, 'head.ich.json: valid\n');
      const annotation = parseAnnotation(text);
      const slices = annotation.slices.map((slice, k) =>
        k === 3 ? { ...slice, runs: Uint32Array.of(2, 0, 0, 3, 2, 1, 0, 3) } : slice,
      );
      fs.writeFileSync(at('head.ich.json'), encodeAnnotation({ ...annotation, slices }));
      const found = await hemorica('validate', 'head.ich.json', '--scan', '--json');
      assert.equal(found.code, 1);
      const { path: file, valid, findings, ...rest } = JSON.parse(found.stdout);
      assert.deepEqual([file, valid, rest], [at('head.ich.json'), true, { hounsfield: true }]);
      const outside = findings.find((one: { code: string }) => one.code === 'outside-head');
      assert.deepEqual([outside.slice, outside.subtype, outside.severity, outside.length], [3, 'SDH', 'warning', 4]);
      const lines = fs.readFileSync(at('head.ich.json'), 'utf8').split('\n');
      assert.equal(lines[outside.line - 1]?.slice(outside.column - 1, outside.column + 3), 'D0+3');
      const shifted = {
        ...annotation.image,
        affine: annotation.image.affine.map((value, n) => (n === 3 ? value + 4 : value)),
      };
      fs.writeFileSync(at('head.ich.json'), encodeAnnotation({ ...annotation, image: shifted }));
      assert.match(
        (await hemorica('validate', '.', '--scan')).stdout,
        /^head\.ich\.json:\d+:\d+: error: [^\n]+ 4\.0 mm [^\n]+ \[image-geometry\]\n$/,
      );
      await good('validate', '.');
      fs.rmSync(at('head.nii'));
      assert.match((await hemorica('validate', '.', '--scan')).stderr, /its scan, head\.nii, cannot be read/);
    });
  });
});
