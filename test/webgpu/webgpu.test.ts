import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseAnnotation } from '../../src/core/annotation/parse';
import type { Segmentation } from '../../src/inference/collector';
import { loadModel } from '../../src/inference/model';
import { segment } from '../../src/inference/segment';
import { InferenceClient } from '../../src/node/inference-client';
import { type Built, buildPrograms } from '../fixtures/built';
import { runHemorica } from '../fixtures/run-hemorica';
import { writeSegmenter } from '../fixtures/segmenter';
import { headNifti, headWorld } from '../fixtures/tiny-nifti';
import { store } from '../fixtures/volumes';

describe('WebGPU', function () {
  this.timeout(300_000);
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const head = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-webgpu-'));
    writeSegmenter(at('toy'));
    writeSegmenter(at('rare'), { rare: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  async function run(model: string, provider: string) {
    const loaded = await loadModel(at(model), { providers: [provider] });
    const found = await segment(head, loaded, { threshold: 0.5 });
    return { found, provider: loaded.network.provider, attempts: loaded.network.attempts };
  }

  /** The same lesions, and probabilities that differ by rounding at most. */
  function assertSame(one: Segmentation, other: Segmentation): void {
    assert.ok(one.slices.length >= 3, `${one.slices.length} slices with blood`);
    assert.deepEqual(one.slices, other.slices);
    assert.deepEqual(one.volumes, other.volumes);
    const places = ({ candidates }: Segmentation) =>
      candidates.slices.map(({ slice, runs, subtype }) => ({ slice, runs, subtype }));
    assert.deepEqual(places(one), places(other));
    for (const [n, { probability }] of one.candidates.slices.entries()) {
      probability.forEach((value, voxel) => {
        assert.ok(Math.abs(value - (other.candidates.slices[n]?.probability[voxel] ?? -9)) <= 1);
      });
    }
  }

  it('finds what the CPU finds', async () => {
    const gpu = await run('toy', 'webgpu');
    assert.deepEqual([gpu.provider, gpu.attempts], ['webgpu', []]);
    const cpu = await run('toy', 'cpu');
    assert.equal(cpu.provider, 'cpu');
    assertSame(gpu.found, cpu.found);
  });

  it('says so when the CPU runs the operators that it lacks', async () => {
    const gpu = await run('rare', 'webgpu');
    assert.equal(gpu.provider, 'webgpu');
    assert.deepEqual(gpu.attempts, [
      { provider: 'webgpu', problem: 'It lacks operators of this network; the CPU runs those.' },
    ]);
    assertSame(gpu.found, (await run('rare', 'cpu')).found);
  });

  describe('from the command line', () => {
    let built: Built;
    before(async () => {
      built = await buildPrograms();
    });
    after(() => built.remove());

    it('gives the annotation that the CPU gives, and is named in it', async () => {
      const annotations = ['webgpu', 'cpu'].map((provider) => ({ provider, file: at(`${provider}.nii`) }));
      for (const { provider, file } of annotations) {
        writeFileSync(file, headNifti());
        const args = ['segment', file, '--model', at('toy'), '--providers', provider, '--json'];
        const { code, stdout, stderr } = await runHemorica({ cli: built.cli, cwd: folder }, ...args);
        assert.equal(code, 0, stderr);
        const { model, attempts } = JSON.parse(stdout) as { model: { provider: string }; attempts: unknown };
        assert.deepEqual([model.provider, attempts], [provider, []]);
      }
      const [gpu, cpu] = annotations.map(({ file }) => {
        const text = readFileSync(file.replace('.nii', '.ich.json'), 'utf8');
        return parseAnnotation(text.replaceAll('"webgpu"', '"cpu"').replaceAll('webgpu.nii', 'cpu.nii'));
      });
      assert.deepEqual(gpu, cpu);
    });

    it('is followed by the CPU when it takes the process with it', async () => {
      writeFileSync(at('crash.nii'), headNifti());
      const log: string[] = [];
      const client = new InferenceClient({ script: built.inference, log: (line) => log.push(line) });
      try {
        let isFirst = true;
        const params = { path: at('crash.nii'), model: at('toy'), providers: ['webgpu', 'cpu'] };
        const { model, attempts, slices } = await client.segment(params, {
          onProgress: ({ stage, done }) => {
            if (stage !== 'running' || done === 0 || !isFirst) return;
            isFirst = false;
            process.kill(client.pid ?? 0, 'SIGSEGV');
          },
        });
        assert.equal(isFirst, false);
        assert.equal(model.provider, 'cpu');
        assert.deepEqual(
          attempts.map(({ provider }) => provider),
          ['webgpu'],
        );
        assert.match(
          attempts[0]?.problem ?? '',
          /ended unexpectedly \(SIGSEGV\).* It is left out until Hemorica starts again/,
        );
        assert.ok(slices.length >= 3);
        assert.equal(log.filter((line) => line.endsWith('started.')).length, 2);
        // Named alone, it is not tried again either: no loop of crashes.
        const alone = client.segment({ ...params, providers: ['webgpu'] });
        await assert.rejects(alone, /the network cannot be run \(webgpu: The inference process ended unexpectedly/);
      } finally {
        client.dispose();
      }
    });
  });
});
