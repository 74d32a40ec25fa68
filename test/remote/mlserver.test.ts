import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { ScanError } from '../../src/core/volume';
import { loadModel } from '../../src/inference/model';
import { openRemote } from '../../src/inference/remote/remote';
import { segment } from '../../src/inference/segment';
import { type Built, buildPrograms } from '../fixtures/built';
import { writeClassifier } from '../fixtures/classifier';
import { runHemorica } from '../fixtures/run-hemorica';
import { writeSegmenter } from '../fixtures/segmenter';
import { headNifti, headWorld } from '../fixtures/tiny-nifti';
import { store } from '../fixtures/volumes';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('MLServer', function () {
  this.timeout(600_000);
  let folder = '';
  let server: ChildProcess;
  let url = '';
  let said = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const shipped = inRoot('models', DEFAULT_MODELS.segmentation ?? '');

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-remote-'));
    const models = [writeSegmenter(at('toy')), writeClassifier(at('toy-cls')), shipped];
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const python = process.env.HEMORICA_REMOTE_PYTHON ?? 'python3';
    const script = inRoot('examples/remote/serve.py');
    server = spawn(python, [script, '--port', String(port), ...models], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text) => (said += text));
    for (;;) {
      const isReady = await fetch(`${url}/v2/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) break;
      assert.equal(server.exitCode, null, said);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
  after(async () => {
    const ended = new Promise((resolve) => server.once('close', resolve));
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  it('finds what is found here', async () => {
    const head = store(headWorld, { axes: [0, 1, 2], signs: [1, 1, 1] });
    const local = await loadModel(at('toy'), { providers: ['cpu'] });
    const here = await segment(head, local, { threshold: 0.5 });
    const remote = await loadModel(at('toy'), { providers: ['cpu'], remote: { url } });
    const there = await segment(head, remote, { threshold: 0.5 });
    assert.equal(remote.network.provider, 'remote');
    assert.ok(here.slices.length >= 3);
    assert.deepEqual(there, here);
  });

  describe('from the command line', () => {
    let built: Built;
    const run = (...args: string[]) => runHemorica({ cli: built.cli, cwd: folder }, ...args);
    before(async () => {
      built = await buildPrograms();
      for (const name of ['here', 'there']) writeFileSync(at(`${name}.nii`), headNifti());
    });
    after(() => built.remove());

    it('gives the annotation of the shipped model, and is named in it', async () => {
      const here = await run('segment', 'here.nii', '--model', shipped, '--providers', 'cpu', '--json');
      assert.equal(here.code, 0, here.stderr);
      const start = performance.now();
      const there = await run('segment', 'there.nii', '--model', shipped, '--remote', url, '--json');
      assert.equal(there.code, 0, there.stderr);
      console.log(`      8 slices by way of the server: ${Math.round(performance.now() - start)} ms`);
      assert.match(there.stdout, /"provider":"remote"/);
      const [one, other] = ['here', 'there'].map((name) => readFileSync(at(`${name}.ich.json`), 'utf8'));
      const same = other?.replace('"there.nii"', '"here.nii"').replaceAll('"remote"', '"cpu"') ?? '';
      assert.deepEqual(parseAnnotation(same), parseAnnotation(one ?? ''));
    });

    it('classifies as is done here', async () => {
      const outcomes = [];
      for (const where of [
        ['--providers', 'cpu'],
        ['--remote', url],
      ]) {
        const outcome = await run('classify', 'here.nii', '--model', at('toy-cls'), '--json', ...where);
        assert.equal(outcome.code, 0, outcome.stderr);
        outcomes.push(JSON.parse(outcome.stdout.replace('"remote"', '"cpu"')) as object);
      }
      assert.deepEqual(outcomes[1], outcomes[0]);
    });

    it('tells of a model that the server does not have', async () => {
      const args = ['--model', at('toy'), '--remote', url, '--remote-model', 'nobody'];
      const { code, stderr } = await run('segment', 'here.nii', '--force', ...args);
      assert.equal(code, 1);
      assert.match(stderr, /the server has no model "nobody": .*HTTP 404: Model nobody not found/);
    });

    it("tells of a network there that is not the manifest's, by the field", async () => {
      const args = ['--model', at('toy'), '--remote', url, '--remote-model', 'toy-cls'];
      const { code, stderr } = await run('segment', 'here.nii', '--force', ...args);
      assert.equal(code, 1);
      assert.match(stderr, /"outputs\.blood\.name" is "blood", but the network on http:\S+ has the outputs "logits"/);
    });
  });

  describe('asked for a run', () => {
    it('tells of a shape that the network there does not take', async () => {
      const network = await openRemote({ url }, 'toy-seg');
      const ct = { type: 'float32', dims: [1, 1, 2, 2], data: new Float32Array(4) } as const;
      await assert.rejects(network.run({ ct }, ['blood']), (error) => {
        assert.ok(error instanceof ScanError);
        assert.match(error.message, /to run its model "toy-seg" and answered with HTTP 400: .*dimension/i);
        return true;
      });
    });

    it('is missed when it ends between two runs', async () => {
      const network = await openRemote({ url }, 'toy-seg');
      const ct = { type: 'float32', dims: [1, 1, 32, 32], data: new Float32Array(1024) } as const;
      await network.run({ ct }, ['blood']);
      const ended = new Promise((resolve) => server.once('close', resolve));
      server.kill('SIGKILL');
      await ended;
      await assert.rejects(network.run({ ct }, ['blood']), /the server cannot be reached \(connect ECONNREFUSED/);
    });
  });
});
