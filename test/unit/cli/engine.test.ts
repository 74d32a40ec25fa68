import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Built, buildPrograms } from '../../fixtures/built';
import { type Asked, type FakeServer, fakeServer, type Reply } from '../../fixtures/inference-server';
import { runHemorica } from '../../fixtures/run-hemorica';
import { writeSegmenter } from '../../fixtures/segmenter';
import { headNifti } from '../../fixtures/tiny-nifti';

const SIDE = 32;

/** A server that finds blood in the left upper quarter of each picture, and calls it by the fourth label. */
function quarter({ body }: Asked): Reply {
  const { inputs } = JSON.parse(body.toString()) as { inputs: { name: string; shape: number[] }[] };
  const [n = 0, ...rest] = inputs[0]?.shape ?? [];
  assert.deepEqual([inputs.length, inputs[0]?.name, rest], [1, 'ct', [1, SIDE, SIDE]]);
  const picture = Array.from({ length: SIDE * SIDE }, (_, at) =>
    at % SIDE < SIDE / 2 && at < (SIDE * SIDE) / 2 ? 9 : -9,
  );
  const planes = [0, 1, 2, 5, 3].flatMap((one) => [one, one, one, one]);
  const times = (values: number[]): number[] => Array.from({ length: n }, () => values).flat();
  const outputs = [
    { name: 'blood', shape: [n, 1, SIDE, SIDE], datatype: 'FP32', data: times(picture) },
    { name: 'type', shape: [n, 5, 2, 2], datatype: 'FP32', data: times(planes) },
  ];
  return { body: { outputs } };
}

describe('what runs a model on the command line', function () {
  this.timeout(120_000);
  let built: Built;
  let folder = '';
  let server: FakeServer | undefined;
  const at = (...names: string[]): string => path.join(folder, ...names);
  const run = (...args: string[]) =>
    runHemorica({ cli: built.cli, cwd: folder }, 'segment', 'head.nii', '--model', at('toy'), '--force', ...args);
  before(async () => {
    built = await buildPrograms();
    folder = mkdtempSync(path.join(os.tmpdir(), 'hemorica-engine-'));
    writeSegmenter(at('toy'), { side: SIDE });
    writeFileSync(at('head.nii'), headNifti());
  });
  after(() => {
    built.remove();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it('is the list that is named, with the reasons for what did not run it', async () => {
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const { code, stdout, stderr } = await run('--providers', `${absent}, cpu`, '--json');
    assert.equal(code, 0, stderr);
    const { model, attempts } = JSON.parse(stdout) as {
      model: { provider: string };
      attempts: { provider: string; problem: string }[];
    };
    assert.equal(model.provider, 'cpu');
    assert.deepEqual(
      attempts.map(({ provider }) => provider),
      [absent],
    );
    const told = await run('--providers', `${absent},cpu`);
    assert.match(
      told.stderr,
      new RegExp(`^hemorica: toy-seg ran on cpu\\. ${absent}: .* is not part of ONNX Runtime's build`),
    );
    const alone = await run('--providers', absent);
    assert.equal(alone.code, 1);
    assert.match(
      alone.stderr,
      new RegExp(`the network cannot be run \\(${absent}: .*Choose other execution providers`),
    );
  });

  it('is refused where nothing is called so', async () => {
    const cases: [string[], RegExp][] = [
      [['--providers', 'gpu'], /--providers: "gpu" is none of auto, cuda, dml, coreml, webgpu, cpu\./],
      [['--threads', '0'], /--threads must be a whole number from 1 to 256/],
      [['--remote', 'models.example.org'], /--remote is "models\.example\.org", which is no address/],
      [['--remote', 'http://h', '--remote-timeout', '0'], /--remote-timeout must be a number above 0/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });

  it('is a server, under the name that the model has there', async () => {
    const model = { inputs: [{ name: 'ct', datatype: 'FP32', shape: [-1, 1, SIDE, SIDE] }], outputs: [] };
    server = await fakeServer({
      'v2/health/live': {},
      'v2/health/ready': {},
      v2: { body: { name: 'fake', version: '1', extensions: [] } },
      'v2/models/there': { body: model },
      'v2/models/there/ready': {},
      'v2/models/there/infer': quarter,
    });
    const { code, stdout, stderr } = await run('--remote', server.url, '--remote-model', 'there', '--json');
    assert.equal(code, 0, stderr);
    const found = JSON.parse(stdout) as { model: { provider: string }; volumes: Record<string, number> };
    assert.equal(found.model.provider, 'remote');
    const { IPH = 0, ...others } = found.volumes;
    assert.ok(IPH > 10, stdout);
    assert.deepEqual(Object.values(others), [0, 0, 0, 0]);
  });

  it('is never a server that is gone', async () => {
    server = await fakeServer({});
    const { url } = server;
    await server.close();
    server = undefined;
    const { code, stderr } = await run('--remote', url);
    assert.equal(code, 1);
    assert.match(stderr, /head\.nii: http:\S+: the server cannot be reached \(connect ECONNREFUSED/);
  });
});
