import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import {
  type Engine,
  type EngineRun,
  InferenceClient,
  type InferenceClientOptions,
  InferenceStopped,
} from '../../../src/node/inference-client';
import type { SegmentResult } from '../../../src/protocol/inference';

/**
 * A process that speaks the protocol and misbehaves as the request's path says. Its results carry
 * its process id where a model's name would be.
 */
const ACTOR = `
const rpc = require(${JSON.stringify(inRoot('node_modules/vscode-jsonrpc/lib/node/main.js'))});
const connection = rpc.createMessageConnection(new rpc.IPCMessageReader(process), new rpc.IPCMessageWriter(process));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
connection.onRequest('inference/segment', async (params, token) => {
  const { id, path } = params;
  const progress = (done) => connection.sendNotification('inference/progress', { id, stage: 'running', done, total: 4 });
  if (path === 'gpu') {
    const crashed = params.crashed ?? [];
    const provider = params.providers.find((name) => !crashed.some((one) => one.provider === name));
    await connection.sendNotification('inference/provider', { provider });
    if (provider !== 'cpu') process.kill(process.pid, provider === 'cuda' ? 'SIGSEGV' : 'SIGABRT');
    return { slices: [], model: { name: 'm', provider }, attempts: crashed };
  }
  if (path === 'environment') return { model: { name: process.env.LD_LIBRARY_PATH ?? '', provider: String(process.pid) }, attempts: [], remote: params.remote };
  if (path === 'crash') process.exit(3);
  if (path === 'talkative crash') { console.error('first line'); console.error('terminate called after throwing: std::bad_alloc'); await sleep(50); process.exit(134); }
  if (path === 'killed') process.kill(process.pid, 'SIGKILL');
  if (path === 'busy') for (;;);
  if (path === 'hang') await new Promise(() => {});
  if (path === 'deaf') for (;;) { await sleep(20); progress(0); }
  if (path === 'polite') { while (!token.isCancellationRequested) { progress(1); await sleep(10); } return new rpc.ResponseError(2, 'cancelled'); }
  if (path === 'refuse') return new rpc.ResponseError(1, 'no', { file: 'a.nii', problem: 'it is bad.', remedy: 'Mend it.' });
  if (path === 'slow') for (let n = 0; n < 8; n++) { await sleep(500); progress(n); }
  progress(4);
  return { image: {}, slices: [{ slice: 3, runs: Uint32Array.of(1, 2, 3, 4) }], model: { name: String(process.pid) }, attempts: [], volumes: [], notices: [] };
});
process.once('disconnect', () => process.exit(0));
connection.listen();
`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('InferenceClient', function () {
  this.timeout(60_000);
  let folder = '';
  let script = '';
  let client: InferenceClient;
  const log: string[] = [];
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hemorica-actor-'));
    script = path.join(folder, 'actor.cjs');
    fs.writeFileSync(script, ACTOR);
  });
  after(() => fs.rmSync(folder, { recursive: true }));
  afterEach(() => client.dispose());

  function start(options: Partial<InferenceClientOptions> = {}): void {
    log.length = 0;
    client = new InferenceClient({ script, log: (line) => log.push(line), ...options });
  }
  const ask = (what: string, options: Parameters<InferenceClient['segment']>[1] = {}): Promise<SegmentResult> =>
    client.segment({ path: what, model: '', providers: ['cpu'] }, options);

  it('starts the process on first use, keeps it, and hands results and progress over as they are', async () => {
    start();
    assert.equal(client.pid, undefined);
    const seen: unknown[] = [];
    const first = await ask('good', { onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(first.slices, [{ slice: 3, runs: Uint32Array.of(1, 2, 3, 4) }]);
    assert.deepEqual(seen, [{ stage: 'running', done: 4, total: 4 }]);
    assert.equal(first.model.name, String(client.pid));
    assert.equal((await ask('good')).model.name, first.model.name);
  });

  it('makes what the process refuses an error of the scan', async () => {
    start();
    await assert.rejects(ask('refuse'), { name: 'ScanError', message: 'a.nii: it is bad. Mend it.' });
  });

  it('tells of a crash, and starts again after a pause that grows', async () => {
    start();
    await assert.rejects(ask('crash'), (error) => {
      assert.ok(error instanceof InferenceStopped);
      assert.match(error.message, /^The inference process ended unexpectedly \(code 3\)\. Run the command again/);
      return true;
    });
    const times = [Date.now()];
    await assert.rejects(ask('crash'), InferenceStopped);
    times.push(Date.now());
    await assert.rejects(ask('crash'), InferenceStopped);
    times.push(Date.now());
    // After the first crash 250 ms, after the second 1000 ms; timers may be a little early.
    const [t0 = 0, t1 = 0, t2 = 0] = times;
    assert.ok(t1 - t0 >= 240, `${t1 - t0} ms after the first crash`);
    assert.ok(t2 - t1 >= 980, `${t2 - t1} ms after the second crash`);
  });

  it('goes on with the next execution provider when one takes the process with it, and leaves it out from then on', async () => {
    const runs: EngineRun[] = [];
    start({ onRun: (run) => runs.push(run) });
    const params = { path: 'gpu', model: '', providers: ['cuda', 'webgpu', 'cpu'] };
    const { model } = await client.segment(params);
    assert.equal(model.provider, 'cpu');
    await client.segment(params);
    const attempts = [
      ['cuda', 'SIGSEGV'],
      ['webgpu', 'SIGABRT'],
    ].map(([provider, signal]) => ({
      provider,
      problem: `The inference process ended unexpectedly (${signal}). It is left out until Hemorica starts again.`,
    }));
    const run = { model: 'm', provider: 'cpu', attempts };
    assert.deepEqual(runs, [run, run]);
    assert.equal(log.filter((line) => line.endsWith('started.')).length, 3);
    assert.equal(log.filter((line) => line.includes('m ran with the execution provider cpu')).length, 1);
    assert.ok(log.includes(`cuda: ${attempts[0]?.problem}`));
  });

  it('does not go round when nothing is left to try', async () => {
    start();
    const failing = client.segment({ path: 'gpu', model: '', providers: ['webgpu'] });
    // The process is asked once more, without webgpu, and then kills itself for want of a provider.
    await assert.rejects(failing, InferenceStopped);
    assert.equal(log.filter((line) => line.endsWith('started.')).length, 2);
  });

  it('lets providers be tried again that crashed', async () => {
    start();
    const params = { path: 'gpu', model: '', providers: ['cuda', 'cpu'] };
    await client.segment(params);
    client.forgetCrashes();
    assert.deepEqual((await client.segment(params)).attempts.length, 1);
    assert.equal(log.filter((line) => line.endsWith('started.')).length, 3);
  });

  it('asks how to run before each run, and starts the process anew for another environment', async () => {
    let engine: Engine = { env: { LD_LIBRARY_PATH: '/one' } };
    start({ engine: () => Promise.resolve(engine) });
    const first = await ask('environment');
    const again = await ask('environment');
    engine = { env: { LD_LIBRARY_PATH: '/two' }, remote: { url: 'http://127.0.0.1:1' } };
    const other = await ask('environment');
    assert.deepEqual(
      [first, again, other].map(({ model }) => model.name),
      ['/one', '/one', '/two'],
    );
    assert.equal(first.model.provider, again.model.provider);
    assert.deepEqual(Object.entries(other).find(([name]) => name === 'remote')?.[1], engine.remote);
  });

  it('runs nothing when the engine is refused', async () => {
    start({ engine: () => Promise.reject(new Error('not agreed')) });
    await assert.rejects(ask('good'), /^Error: not agreed$/);
    assert.equal(client.pid, undefined);
  });

  it('rejects every request that is under way when the process ends', async () => {
    start();
    const results = await Promise.allSettled([ask('slow'), ask('hang'), ask('killed')]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
  });

  it('tells of too little memory', async () => {
    start();
    await assert.rejects(ask('talkative crash'), /most likely for lack of memory\. Close other programs/);
    assert.ok(log.includes('first line'));
    await assert.rejects(ask('killed'), /ended by the system \(SIGKILL\), most likely for lack of memory/);
  });

  it('kills a process that makes no progress, even one that answers nothing at all', async () => {
    start({ stallSeconds: 0.4 });
    for (const what of ['hang', 'busy']) {
      const request = ask(what);
      await assert.rejects(request, /made no progress for 0\.4 seconds and was ended\. Run it again/);
      assert.equal(client.pid, undefined);
    }
  });

  it('leaves a slow process alone as long as it reports', async () => {
    start({ stallSeconds: 3 });
    assert.equal((await ask('slow')).slices.length, 1);
  });

  it('cancels a request and keeps the process', async () => {
    start();
    const controller = new AbortController();
    const request = ask('polite', {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(request, /^Error: enough$/);
    const { pid } = client;
    assert.equal((await ask('good')).model.name, String(pid));
    await assert.rejects(ask('good', { signal: controller.signal }), /enough/);
  });

  it('kills a process that does not honour a cancel, and the next request works', async () => {
    start({ cancelSeconds: 0.2 });
    const controller = new AbortController();
    const request = ask('deaf', { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await assert.rejects(request, /^Error: enough$/);
    assert.equal((await ask('good')).slices.length, 1);
  });

  it('ends the process when it is idle, and starts another on demand', async () => {
    start({ idleSeconds: 0.1 });
    const first = Number((await ask('good')).model.name);
    await ended(first);
    assert.equal(client.pid, undefined);
    assert.notEqual(Number((await ask('good')).model.name), first);
    assert.ok(!log.some((line) => line.includes('crash')));
  });

  it('ends with its owner', async () => {
    start();
    const request = ask('hang');
    request.catch(() => undefined);
    await ask('good');
    const { pid = 0 } = client;
    client.dispose();
    await assert.rejects(request, /The inference process was ended\./);
    await ended(pid);
    await assert.rejects(ask('good'), InferenceStopped);
  });

  it('tells of a process that cannot start', async () => {
    start({ script: path.join(folder, 'none.cjs') });
    await assert.rejects(ask('good'), InferenceStopped);
  });
});
