import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { memoryLimit } from '../../../src/inference/feeder/memory-watch';
import { loadModel } from '../../../src/inference/model';
import { InferenceClient } from '../../../src/node/inference-client';
import { type Built, buildPrograms } from '../../fixtures/built';
import { onnxModel, pointNetwork } from '../../fixtures/onnx';
import { writeTinyModel } from '../../fixtures/tiny-model';
import { headNifti } from '../../fixtures/tiny-nifti';

/** Networks that mean no good; scripts/golden/hostile_models.py makes the files. */
describe('hostile models', () => {
  let folder: string;
  let programs: Built;
  let scan: string;
  let client: InferenceClient | undefined;

  before(async function () {
    this.timeout(60_000);
    programs = await buildPrograms();
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-hostile-'));
    scan = path.join(folder, 'head.nii');
    writeFileSync(scan, headNifti());
  });
  afterEach(() => client?.dispose());
  after(() => {
    programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The folder of a model with that network. */
  function modelOf(name: string, network: Buffer): string {
    const sha256 = createHash('sha256').update(network).digest('hex');
    const written = writeTinyModel(path.join(folder, name), { sha256 });
    writeFileSync(path.join(written, 'model.onnx'), network);
    return written;
  }

  const fixture = (name: string): string =>
    modelOf(name, readFileSync(inRoot('test/fixtures/hostile', `${name}.onnx`)));

  function start(options: Partial<ConstructorParameters<typeof InferenceClient>[0]> = {}): InferenceClient {
    client = new InferenceClient({ script: programs.inference, ...options });
    return client;
  }

  /** Runs the model on the scan, in a process that may take 800 MB. */
  function ask(model: string, signal?: AbortSignal): Promise<unknown> {
    assert.ok(client);
    return client.segment({ path: scan, model, providers: ['cpu'] }, { ...(signal && { signal }) });
  }

  const limited = { engine: () => Promise.resolve({ env: { HEMORICA_INFERENCE_MEMORY: '800' } }) };

  for (const name of ['huge-output', 'huge-constant']) {
    it(`ends a process that would take all memory (${name}), and the next model runs`, async function () {
      this.timeout(60_000);
      start(limited);
      await assert.rejects(ask(fixture(name)), /most likely for lack of memory|too little memory/i);
      await ask(writeTinyModel(path.join(folder, 'good')));
    });
  }

  it('ends a network that never ends, when it stalls and when it is cancelled', async function () {
    this.timeout(60_000);
    const model = fixture('endless');
    start({ stallSeconds: 3 });
    await assert.rejects(ask(model), /made no progress for 3 seconds and was ended/);
    client?.dispose();
    start({ cancelSeconds: 0.5 });
    const controller = new AbortController();
    const request = ask(model, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 2500);
    await assert.rejects(request, /^Error: enough$/);
    await ask(writeTinyModel(path.join(folder, 'good')));
  });

  it('refuses files that are too large, without reading them', async () => {
    const network = writeTinyModel(path.join(folder, 'giant'));
    truncateSync(path.join(network, 'model.onnx'), 3e9);
    await assert.rejects(
      loadModel(network, { providers: ['cpu'] }),
      /model\.onnx: it has 3\.0 GB; networks of more than 2 GB are not run\. Choose a smaller one\./,
    );
    const manifest = writeTinyModel(path.join(folder, 'wordy'));
    truncateSync(path.join(manifest, 'model.json'), 2e9);
    await assert.rejects(loadModel(manifest, { providers: ['cpu'] }), /it has 2000000000 bytes, which no manifest/);
  });

  it('refuses weights in other files, be they there or not', async () => {
    const weights = (external: string): Buffer => {
      const point = pointNetwork({ input: [1, 64, 64], planes: 1 });
      return onnxModel({
        ...point,
        weights: { ...point.weights, factors: { dims: [1, 1, 1, 1], data: [], external } },
      });
    };
    copyFileSync(scan, path.join(folder, 'weights.bin'));
    for (const [n, place] of ['../weights.bin', 'weights.bin', '/etc/hostname'].entries()) {
      const model = modelOf(`external-${n}`, weights(place));
      await assert.rejects(loadModel(model, { providers: ['cpu'] }), /the values of its network lie in other files/);
    }
  });

  it('does not take values that are no numbers for the absence of blood', async function () {
    this.timeout(60_000);
    start();
    const network = onnxModel(pointNetwork({ input: [1, 64, 64], planes: 1, factors: [Number.NaN] }));
    await assert.rejects(ask(modelOf('nan', network)), /"outputs\.blood" gives values that are no numbers/);
  });

  it('lets a process have three quarters of the memory unless the environment states another limit', () => {
    assert.equal(memoryLimit({ HEMORICA_INFERENCE_MEMORY: '1500' }), 1.5e9);
    for (const stated of [undefined, 'much', '-1', '0']) {
      const limit = memoryLimit({ HEMORICA_INFERENCE_MEMORY: stated });
      assert.ok(limit > 0 && limit <= 0.75 * os.totalmem());
    }
  });
});
