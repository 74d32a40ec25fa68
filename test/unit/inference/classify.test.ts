import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ScanError, type Volume } from '../../../src/core/volume';
import { classifierOf, classify } from '../../../src/inference/classify';
import { loadModel } from '../../../src/inference/model';
import type { Network, TensorValue } from '../../../src/inference/session/network';
import { type ToyClassifier, writeClassifier } from '../../fixtures/classifier';
import { headWorld } from '../../fixtures/tiny-nifti';
import { allStorages, store } from '../../fixtures/volumes';

const USUAL = { axes: [0, 1, 2], signs: [1, 1, 1] } as const;
/** Blood is on slices 2 to 5 of 8. */
const BLOOD = [false, false, true, true, true, true, false, false];

describe('classify', () => {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-classify-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const model = async (toy: ToyClassifier = {}) =>
    classifierOf(await loadModel(writeClassifier(path.join(folder, 'toy'), toy), { providers: ['cpu'] }));
  const run = async (volume: Volume, toy: ToyClassifier = {}) =>
    classify(volume, await model(toy), { signal: new AbortController().signal, checkpoint: () => undefined });

  it('finds the slices with blood, and the patient', async () => {
    const found = await run(store(headWorld, USUAL));
    assert.deepEqual(found.classes, ['any', 'SAH', 'IPH']);
    assert.deepEqual(found.thresholds, { any: 0.5, IPH: 0.5, SAH: 0.5 });
    assert.equal(found.axis, 2);
    assert.deepEqual(
      found.slices.map(({ any = 0.5 }) => (any > 0.9 ? true : any < 0.1 ? false : any)),
      BLOOD,
    );
    assert.ok(found.slices.every(({ any = 0, IPH = 1, SAH = 1 }) => any > IPH && IPH > SAH));
    assert.equal(found.patient.any, Math.max(...found.slices.map(({ any = 0 }) => any)));
  });

  it('says the same of a scan however it is stored', async () => {
    const usual = await run(store(headWorld, USUAL));
    for (const storage of allStorages().filter((_, n) => n % 5 === 2)) {
      const found = await run(store(headWorld, storage));
      // Index axis of the volume that leads to the head, and which way it goes.
      const axis = storage.axes.indexOf(2);
      assert.equal(found.axis, axis);
      const upwards = storage.signs[axis] === 1 ? found.slices : [...found.slices].reverse();
      for (const [n, slice] of upwards.entries()) {
        assert.ok(Math.abs((slice.any ?? 0) - (usual.slices[n]?.any ?? 1)) < 1e-6, `${JSON.stringify(storage)} ${n}`);
      }
      assert.ok(Math.abs((found.patient.any ?? 0) - (usual.patient.any ?? 1)) < 1e-6);
    }
  });

  it('does not run pictures without a head, which count with 0', async () => {
    const { value } = headWorld;
    const below = { ...headWorld, value: (x: number, y: number, z: number) => (z < 3 ? -1000 : value(x, y, z)) };
    const found = await run(store(below, USUAL), { patient: { kind: 'mean-of-top', count: 8 } });
    assert.deepEqual(
      found.slices.slice(0, 3),
      [0, 1, 2].map(() => ({ any: 0, IPH: 0, SAH: 0 })),
    );
    const mean = found.slices.reduce((sum, { any = 0 }) => sum + any, 0) / 8;
    assert.ok(Math.abs((found.patient.any ?? 0) - mean) < 1e-12);
    const air = await run(store({ ...headWorld, value: () => -1000 }, USUAL));
    assert.deepEqual(air.patient, { any: 0, IPH: 0, SAH: 0 });
  });

  it('gives the same whether pictures run alone or together, as many as the graph takes', async () => {
    const volume = store(headWorld, USUAL);
    const alone = await run(volume);
    for (const pictures of [1, 3, 16]) {
      const together = await run(volume, { pictures });
      for (const [n, slice] of together.slices.entries()) {
        assert.ok(Math.abs((slice.any ?? 0) - (alone.slices[n]?.any ?? 1)) < 1e-6, `${pictures} at once, slice ${n}`);
      }
    }
  });

  it('runs several pictures together where more than a processor is asked, and asks for each once', async () => {
    const { manifest, network } = await model();
    const sizes: number[] = [];
    const server: Network = {
      inputs: network.inputs,
      outputs: network.outputs,
      attempts: [],
      provider: 'remote',
      run: (input, outputs, signal) => {
        sizes.push(input.ct?.dims[0] ?? 0);
        return network.run(input, outputs, signal);
      },
      release: () => network.release(),
    };
    const volume = store({ ...headWorld, size: [110, 128, 20] }, USUAL);
    const found = await classify(
      volume,
      { manifest, network: server },
      { signal: new AbortController().signal, checkpoint: () => undefined },
    );
    assert.equal(found.slices.length, 20);
    assert.deepEqual(sizes, [8, 8, 4]);
  });

  it('ends at the slice at which it is told to, and reports every slice', async () => {
    const volume = store(headWorld, USUAL);
    const seen: string[] = [];
    const checkpoint = (done: number, total: number): void => void seen.push(`${done}/${total}`);
    await classify(volume, await model(), { signal: new AbortController().signal, checkpoint });
    assert.deepEqual(
      seen,
      Array.from({ length: 9 }, (_, n) => `${n}/8`),
    );
    const enough = (done: number): void => {
      if (done === 3) throw new Error('enough');
    };
    const { signal } = new AbortController();
    await assert.rejects(classify(volume, await model(), { signal, checkpoint: enough }), /enough/);
  });

  it('names the field where the network gives something else than the manifest says', async () => {
    // The graph has four labels, the manifest three.
    const four = model({ network: { planes: 4 }, offsets: [0, 0, 0, 0] });
    await assert.rejects(four, (error) => error instanceof ScanError && /"outputs\.slice"/.test(error.message));
    const { manifest } = await model();
    const lying = (dims: readonly number[]): Network => ({
      inputs: [{ name: 'ct', type: 'float32', shape: ['n', 1, 32, 32] }],
      outputs: [],
      provider: 'cpu',
      attempts: [],
      run: async (): Promise<Record<string, TensorValue>> => ({
        logits: { type: 'float32', dims, data: new Float32Array(64) },
      }),
      release: async () => undefined,
    });
    const options = { signal: new AbortController().signal, checkpoint: () => undefined };
    const volume = store(headWorld, USUAL);
    for (const dims of [[1, 4], [3], [1, 3, 8, 8], [2, 3]]) {
      await assert.rejects(
        classify(volume, { manifest, network: lying(dims) }, options),
        (error) =>
          error instanceof ScanError &&
          error.message.includes('"outputs.slice" needs float32 of the shape [1, 3] for 1 picture') &&
          error.message.includes(`gives float32 of [${dims.join(', ')}]`),
      );
    }
    await classify(volume, { manifest, network: lying([1, 3, 1, 1]) }, options);
  });

  it('takes what is no number for an error, never for a slice without blood', async () => {
    const { manifest } = await model();
    const network: Network = {
      inputs: [],
      outputs: [],
      provider: 'cpu',
      attempts: [],
      run: async () => ({ logits: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, Number.NaN, 1) } }),
      release: async () => undefined,
    };
    const options = { signal: new AbortController().signal, checkpoint: () => undefined };
    await assert.rejects(
      classify(store(headWorld, USUAL), { manifest, network }, options),
      /toy-cls: the network gives values that are no numbers/,
    );
  });

  it('is refused for a model that segments', () => {
    const manifest = { task: 'segmentation', name: 'seg' } as never;
    assert.throws(() => classifierOf({ manifest, network: {} as Network }), /seg: "task" is "segmentation"/);
  });
});
