import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Candidates, quantize } from '../../../src/core/model/candidates';
import type { Volume } from '../../../src/core/volume';
import { type LoadedModel, loadModel } from '../../../src/inference/model';
import { segment } from '../../../src/inference/segment';
import type { Network } from '../../../src/inference/session/network';
import { type OnnxModel, onnxModel, pointNetwork } from '../../fixtures/onnx';
import { writeTinyModel } from '../../fixtures/tiny-model';
import { store } from '../../fixtures/volumes';

/** The window of the models: value = HU / 80, clipped. */
const channels = [{ window: { center: 40, width: 80 } }];

/** Pictures of 64 x 64 voxels, so that a network of that size sees the voxels themselves. */
function pictures(depth: number): Volume {
  const value = (x: number, y: number, z: number): number => (x * 7 + y * 13 + z * 29) % 97;
  return store(
    { size: [64, 64, depth], spacing: [1, 1, 4], origin: [0, 0, 0], value },
    { axes: [0, 1, 2], signs: [1, 1, 1] },
  );
}

/** Quantized probability and label by voxel index. */
function voxels({ size, slices }: Candidates): Map<number, readonly [number, number]> {
  const found = new Map<number, readonly [number, number]>();
  for (const { slice, runs, probability, subtype } of slices) {
    let n = 0;
    for (let r = 0; r < runs.length; r += 2) {
      const start = slice * size[0] * size[1] + (runs[r] ?? 0);
      for (let at = start; at < start + (runs[r + 1] ?? 0); at++, n++) {
        found.set(at, [probability[n] ?? 0, subtype[n] ?? 0]);
      }
    }
  }
  return found;
}

/** Holds candidates against a probability and a label that follow from the windowed value of each voxel. */
function check(volume: Volume, candidates: Candidates, expected: (value: number) => readonly [number, number]): void {
  const found = voxels(candidates);
  assert.ok(found.size > 100);
  volume.voxels.forEach((hu, at) => {
    const [probability, label] = expected(Math.min(1, Number(hu) / 80));
    const steps = quantize(probability);
    const [own, ownLabel] = found.get(at) ?? [0, 0];
    assert.ok(Math.abs(own - (steps >= 13 ? steps : 0)) <= (Math.abs(steps - 13) <= 1 ? 13 : 1), `${own}, ${steps}`);
    if (own > 0) assert.equal(ownLabel, label);
  });
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

describe('outputs of networks', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-outputs-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function load(name: string, network: OnnxModel, change: object): Promise<LoadedModel> {
    const bytes = onnxModel(network);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const written = writeTinyModel(path.join(folder, name), { ...change, sha256 });
    writeFileSync(path.join(written, 'model.onnx'), bytes);
    return loadModel(written, { providers: ['cpu'] });
  }

  it('of several classes that exclude each other', async () => {
    const [factors, offsets] = [
      [0, 9, 6],
      [2, -5, -1],
    ];
    const network = pointNetwork({ input: [1, 64, 64], planes: 3, factors, offsets });
    const labels = ['background', 'SAH', 'IVH'];
    const model = await load('classes', network, {
      outputs: { classes: { name: 'scores', activation: 'softmax', labels } },
    });
    const volume = pictures(3);
    const { candidates } = await segment(volume, model, { threshold: 0.5 });
    check(volume, candidates, (value) => {
      const powers = factors.map((factor, n) => Math.exp(factor * value + (offsets[n] ?? 0)));
      const [none = 0, sah = 0, ivh = 0] = powers;
      return [(sah + ivh) / (none + sah + ivh), sah > ivh ? 3 : 5];
    });
  });

  it('of several classes, each for itself', async () => {
    const network = pointNetwork({ input: [1, 64, 64], planes: 2, factors: [8, 4], offsets: [-5.03, -2] });
    const model = await load('labels', network, {
      outputs: { classes: { name: 'scores', activation: 'sigmoid', labels: ['EPH', 'SDH'] } },
    });
    const volume = pictures(2);
    const { candidates } = await segment(volume, model, { threshold: 0.5 });
    check(volume, candidates, (value) => {
      const [eph, sdh] = [sigmoid(8 * value - 5.03), sigmoid(4 * value - 2)];
      return [Math.max(eph, sdh), eph > sdh ? 1 : 2];
    });
  });

  it('of patches', async () => {
    const network = pointNetwork({ input: [1, 8, 40, 24], planes: 1, factors: [10], offsets: [-6] });
    const model = await load('patches', network, {
      input: {
        name: 'image',
        layout: 'NCDHW',
        orientation: 'axial-radiological',
        depth: 8,
        height: 40,
        width: 24,
        spacing: [4, 1, 1],
        overlap: 0.3,
        blending: 'gaussian',
        channels,
        framing: { kind: 'whole' },
        resampling: 'linear',
      },
      outputs: { blood: { name: 'scores', activation: 'sigmoid', subtype: 'SDH' } },
    });
    const volume = pictures(11);
    const { candidates } = await segment(volume, model, { threshold: 0.5 });
    check(volume, candidates, (value) => [sigmoid(10 * value - 6), 2]);
  });

  it('are the same whether pictures go through one by one, together, or as many as the graph wants', async () => {
    const point = pointNetwork({ input: [1, 64, 64], planes: 1, factors: [10], offsets: [-6] });
    const outputs = { outputs: { blood: { name: 'scores', activation: 'sigmoid', subtype: 'SDH' } } };
    const volume = pictures(11);
    const sizes: number[] = [];
    const counted = ({ manifest, network }: LoadedModel, provider: string): LoadedModel => {
      const counting: Network = {
        inputs: network.inputs,
        outputs: network.outputs,
        provider,
        attempts: [],
        run: (input, names, signal) => {
          sizes.push(input.image?.dims[0] ?? 0);
          return network.run(input, names, signal);
        },
        release: () => network.release(),
      };
      return { manifest, network: counting };
    };
    const free = await load('free', point, outputs);
    const one = await segment(volume, counted(free, 'cpu'), { threshold: 0.5 });
    assert.deepEqual(sizes.splice(0), Array(11).fill(1));
    assert.deepEqual(await segment(volume, counted(free, 'cuda'), { threshold: 0.5 }), one);
    assert.deepEqual(sizes.splice(0), [8, 3]);
    const shaped = (name: string): { name: string; shape: number[] } => ({ name, shape: [4, 1, 64, 64] });
    const fixed = { ...point, inputs: [shaped('image')], outputs: [shaped('scores')] };
    const four = await load('four', fixed, outputs);
    assert.deepEqual(await segment(volume, counted(four, 'cpu'), { threshold: 0.5 }), one);
    assert.deepEqual(sizes, [4, 4, 4]);
  });
});
