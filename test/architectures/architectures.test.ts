/**
 * Every architecture of the paper, exported with random weights by training/hemorica_architectures, runs
 * through Hemorica, and gives what PyTorch gives for the same input. Needs Python: `npm run test:architectures`.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { mustRun } from '../../scripts/lib/processes.mjs';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { paintRuns, type SliceRuns } from '../../src/core/annotation/runs';
import { parseManifest } from '../../src/core/model/manifest';
import { loadModel } from '../../src/inference/model';
import { segment } from '../../src/inference/segment';
import type { Network, TensorValue } from '../../src/inference/session/network';
import { type Built, buildPrograms } from '../fixtures/built';
import { runHemorica } from '../fixtures/run-hemorica';
import { headNifti, headWorld } from '../fixtures/tiny-nifti';
import { store } from '../fixtures/volumes';
import { isWanted } from './wanted';

/** What PyTorch and Hemorica may differ by, in logits of deviation 1. */
const TOLERANCE = 1e-3;
const TEMPLATES = inRoot('training/hemorica_architectures/templates');
const THREADS = 2;
const PYTHON = process.env.HEMORICA_ARCHITECTURES_PYTHON ?? 'python3';

const storage = { axes: [0, 1, 2], signs: [-1, -1, 1] } as const;
const volume = store(headWorld, { axes: [...storage.axes], signs: [...storage.signs] });
const [columns, rows, depth] = volume.size;

const names = readdirSync(TEMPLATES)
  .map((file) => path.basename(file, '.json'))
  .filter(isWanted);

/** Runs the command line and returns what it prints. */
type Run = (...args: readonly string[]) => Promise<string>;

interface Row {
  readonly name: string;
  readonly parameters: number;
  readonly megabytes: number;
  /** Largest one between the logits of Hemorica and of PyTorch. */
  readonly difference: number;
  /** Of PyTorch's logits from their mean. */
  readonly deviation: number;
  /** Median time of a picture. */
  readonly milliseconds: number;
}

describe('architectures', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-architectures-'));
  const scan = path.join(folder, 'head.nii');
  const input = path.join(folder, 'input.bin');
  const table: Row[] = [];
  let pictures: readonly TensorValue[] = [];
  let programs: Built;

  before(async () => {
    programs = await buildPrograms();
    writeFileSync(scan, headNifti({ axes: [...storage.axes], signs: [...storage.signs] }));
    pictures = await inputOf(readFileSync(path.join(TEMPLATES, 'unet-resnet18.json'), 'utf8'));
    assert.equal(pictures.length, depth);
    writeFileSync(input, Buffer.concat(pictures.map(({ data }) => bytesOf(data))));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
    programs.remove();
    console.table(table);
  });

  it('training prepares the pictures that Hemorica prepares', async function () {
    this.timeout(0);
    await mustRun(PYTHON, [inRoot('training/tests/prepared_input.py'), scan, input], { quiet: true });
  });

  for (const name of names) {
    it(`${name} gives what PyTorch gives`, async function () {
      this.timeout(0);
      const model = path.join(folder, name);
      const run = (...args: readonly string[]): Promise<string> => hemorica(programs.cli, folder, args);
      try {
        const { parameters } = await exportRandom(name, input, model);
        const expected = floatsOf(path.join(model, 'expected.bin'));
        const { difference, deviation, milliseconds } = await compare(model, pictures, expected);
        const megabytes = statSync(path.join(model, 'model.onnx')).size / 1e6;
        table.push({ name, parameters, megabytes, difference, deviation, milliseconds });
        assert.ok(Math.abs(deviation - 1) < 0.1, `logits of deviation ${deviation} say little of a difference`);
        assert.ok(difference <= TOLERANCE, `the logits differ by ${difference}`);
        if (name.startsWith('classify-')) await checkClassification(run, model, scan, expected);
        else await checkSegmentation(run, model, scan, expected);
      } finally {
        rmSync(model, { recursive: true, force: true });
      }
    });
  }
});

/** What Hemorica gives a network of this manifest for each picture of the scan. */
async function inputOf(manifestText: string): Promise<readonly TensorValue[]> {
  const manifest = parseManifest(manifestText, 'template');
  assert.equal(manifest.task, 'segmentation');
  const seen: TensorValue[] = [];
  const network = networkOf((tensor) => {
    seen.push({ ...tensor, data: tensor.data.slice() });
    const [n = 0, , height = 0, width = 0] = tensor.dims;
    return { type: 'float32', dims: [n, 1, height, width], data: new Float32Array(n * height * width).fill(-9) };
  });
  await segment(volume, { manifest, network }, { threshold: manifest.threshold });
  return seen;
}

/** Exports a model with random weights, and what PyTorch gives for the input, into a folder. */
async function exportRandom(name: string, input: string, folder: string): Promise<{ parameters: number }> {
  const output = await mustRun(PYTHON, [inRoot('training/tests/random_model.py'), name, input, folder], {
    quiet: true,
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as { parameters: number };
}

/** Runs the network on each picture as Hemorica does: largest difference of its logits, and the time for one. */
async function compare(
  folder: string,
  pictures: readonly TensorValue[],
  expected: Float32Array,
): Promise<{ difference: number; deviation: number; milliseconds: number }> {
  const { manifest, network } = await loadModel(folder, { providers: ['cpu'], threads: THREADS });
  const output = network.outputs[0]?.name ?? '';
  const each = expected.length / pictures.length;
  let difference = 0;
  const times: number[] = [];
  for (const [n, picture] of pictures.entries()) {
    const start = performance.now();
    const result = await network.run({ [manifest.input.name]: picture }, [output]);
    times.push(performance.now() - start);
    const found = result[output]?.data ?? new Float32Array(0);
    assert.equal(found.length, each);
    const reference = expected.subarray(n * each, (n + 1) * each);
    found.forEach((value, at) => {
      difference = Math.max(difference, Math.abs(value - (reference[at] ?? Number.NaN)));
    });
    assert.ok(!Number.isNaN(difference));
  }
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
  const deviation = Math.sqrt(expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / expected.length);
  return { difference, deviation, milliseconds: times.sort((a, b) => a - b)[times.length >> 1] ?? 0 };
}

/** The whole way by the command line: the mask is the one that PyTorch's logits make, but for voxels on the threshold. */
async function checkSegmentation(run: Run, folder: string, scan: string, expected: Float32Array): Promise<void> {
  const manifest = parseManifest(readFileSync(path.join(folder, 'model.json'), 'utf8'), 'model.json');
  const each = expected.length / depth;
  let next = 0;
  const network = networkOf(({ dims: [n = 0, , height = 0, width = 0] }) => {
    const data = expected.slice(next * each, (next + n) * each);
    next += n;
    return { type: 'float32', dims: [n, 1, height, width], data };
  });
  const reference = maskOf((await segment(volume, { manifest, network }, { threshold: manifest.threshold })).slices);
  const out = path.join(folder, 'out');
  await run('segment', scan, '--model', folder, '--out', out, '--quiet');
  const found = maskOf(
    parseAnnotation(readFileSync(path.join(out, 'head.ich.json'), 'utf8')).slices.map(({ runs }, slice) => ({
      slice,
      runs,
    })),
  );
  const blood = reference.reduce((count, label) => count + (label > 0 ? 1 : 0), 0);
  const different = reference.reduce((count, label, at) => count + (label === found[at] ? 0 : 1), 0);
  assert.ok(blood > reference.length / 100, `${blood} voxels of blood`);
  assert.ok(different <= reference.length / 1000, `${different} of ${reference.length} voxels differ`);
}

/** The whole way by the command line: slices have the probabilities that PyTorch's logits make. */
async function checkClassification(run: Run, folder: string, scan: string, expected: Float32Array): Promise<void> {
  const output = await run('classify', scan, '--model', folder, '--json');
  const { slices } = JSON.parse(output) as { slices: readonly { any: number }[] };
  assert.equal(slices.length, expected.length);
  slices.forEach(({ any }, n) => {
    const probability = 1 / (1 + Math.exp(-(expected[n] ?? Number.NaN)));
    assert.ok(Math.abs(any - probability) <= TOLERANCE, `slice ${n}: ${any} instead of ${probability}`);
  });
}

async function hemorica(cli: string, cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runHemorica({ cli, cwd }, ...args);
  assert.equal(code, 0, stderr);
  return stdout;
}

function networkOf(answer: (tensor: TensorValue) => TensorValue): Network {
  return {
    inputs: [],
    outputs: [],
    provider: 'cpu',
    attempts: [],
    run: (input, outputs) => {
      const [tensor] = Object.values(input);
      assert.ok(tensor && outputs[0] !== undefined);
      return Promise.resolve({ [outputs[0]]: answer(tensor) });
    },
    release: () => Promise.resolve(),
  };
}

function maskOf(slices: readonly SliceRuns[]): Uint8Array {
  const labels = new Uint8Array(columns * rows * depth);
  for (const { slice, runs } of slices) {
    paintRuns(runs, labels.subarray(slice * columns * rows, (slice + 1) * columns * rows), columns, rows);
  }
  return labels;
}

const bytesOf = (values: Float32Array): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

function floatsOf(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
