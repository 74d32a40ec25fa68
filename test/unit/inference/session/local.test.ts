import assert from 'node:assert/strict';
import type * as ort from 'onnxruntime-node';
import { ScanError } from '../../../../src/core/volume';
import { type CreateSession, openLocal } from '../../../../src/inference/session/local';
import { onnxModel, pointNetwork } from '../../../fixtures/onnx';

const x = { type: 'float32', dims: [1, 1, 2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;
const bytes = onnxModel(pointNetwork({ input: [1, 2, 2], planes: 1, factors: [2], names: ['x', 'y'] }));

/** Sessions of a computer on which "webgpu" does what a test says: fails when it is made or when it runs, at the nth time. */
function computer(webgpu: (n: number) => 'runs' | 'fails' | 'cannot be made' | 'lacks operators', cpu = true) {
  const made: string[] = [];
  let runs = 0;
  const create: CreateSession = async (_, provider, __, strict) => {
    made.push(`${provider}${strict ? ' strictly' : ''}`);
    const metadata = (name: string) => ({ name, isTensor: true, type: 'float32', shape: ['n', 1, 2, 2] });
    const how = provider === 'cpu' ? (cpu ? 'runs' : 'fails') : webgpu(runs);
    if (how === 'cannot be made') throw new Error('no adapter');
    if (how === 'lacks operators' && strict) throw new Error('fallback to CPU EP has been explicitly disabled');
    const session = {
      inputMetadata: [metadata('x')],
      outputMetadata: [metadata('y')],
      run: async () => {
        if (how !== 'runs' && how !== 'lacks operators') throw new Error(`device lost on ${provider}`);
        if (provider !== 'cpu' && webgpu(runs++) === 'fails') throw new Error('device lost');
        return { y: { type: 'float32', dims: [1, 1, 2, 2], data: Float32Array.of(9, 9, 9, 9) } };
      },
      release: async () => void made.push(`${provider} released`),
    };
    return session as unknown as ort.InferenceSession;
  };
  return { made, create };
}

describe('a network in this process', () => {
  const options = { providers: ['webgpu', 'cpu'], threads: 1 };

  it('runs on the CPU, and says what it has and why others did not run it', async () => {
    const network = await openLocal(bytes, 'net.onnx', { providers: ['npu', 'cpu'], threads: 1 });
    assert.deepEqual(network.inputs, [{ name: 'x', type: 'float32', shape: ['n', 1, 2, 2] }]);
    assert.equal(network.provider, 'cpu');
    const [attempt, ...more] = network.attempts;
    assert.deepEqual([attempt?.provider, more], ['npu', []]);
    assert.match(attempt?.problem ?? '', /^npu is not part of ONNX Runtime's build for /);
    const { y } = await network.run({ x }, ['y']);
    assert.deepEqual(y, { ...x, data: Float32Array.of(2, 4, 6, 8) });
    await network.release();
  });

  it('goes on with the next provider when one cannot be made', async () => {
    const { create } = computer(() => 'cannot be made');
    const network = await openLocal(bytes, 'net.onnx', options, create);
    assert.equal(network.provider, 'cpu');
    assert.deepEqual(
      network.attempts.map(({ provider }) => provider),
      ['webgpu'],
    );
  });

  it('goes on with the next provider when one fails while it runs, and stays there', async () => {
    const announced: string[] = [];
    const { made, create } = computer((n) => (n < 2 ? 'runs' : 'fails'));
    const onProvider = async (provider: string) => void announced.push(provider);
    const network = await openLocal(bytes, 'net.onnx', { ...options, onProvider }, create);
    const providers: string[] = [];
    for (let n = 0; n < 4; n++) {
      await network.run({ x }, ['y']);
      providers.push(network.provider);
    }
    assert.deepEqual(providers, ['webgpu', 'webgpu', 'cpu', 'cpu']);
    assert.deepEqual(network.attempts, [{ provider: 'webgpu', problem: 'device lost.' }]);
    assert.deepEqual(made, ['webgpu strictly', 'webgpu released', 'cpu']);
    // Before it is made and, but for the CPU, before each run: a crash may come at any of them.
    assert.deepEqual(announced, ['webgpu', 'webgpu', 'webgpu', 'webgpu', 'cpu']);
  });

  it('says where the CPU does a part of the work', async () => {
    const { made, create } = computer(() => 'lacks operators');
    const network = await openLocal(bytes, 'net.onnx', options, create);
    assert.equal(network.provider, 'webgpu');
    assert.deepEqual(network.attempts, [
      { provider: 'webgpu', problem: 'It lacks operators of this network; the CPU runs those.' },
    ]);
    assert.deepEqual(made, ['webgpu strictly', 'webgpu']);
  });

  it('fails with all reasons when nothing runs it, and starts from the first again', async () => {
    const { create } = computer((n) => (n === 0 ? 'fails' : 'runs'), false);
    const network = await openLocal(bytes, 'net.onnx', options, create);
    await assert.rejects(network.run({ x }, ['y']), (error) => {
      assert.ok(error instanceof ScanError);
      assert.match(
        error.message,
        /cannot be run \(webgpu: device lost on webgpu; cpu: device lost on cpu\)\. Choose other/,
      );
      return true;
    });
    await assert.rejects(openLocal(bytes, 'net.onnx', { ...options, providers: [] }, create), /no execution provider/);
  });

  it('does not start when it is cancelled', async () => {
    const network = await openLocal(bytes, 'net.onnx', { providers: ['cpu'], threads: 1 });
    await assert.rejects(network.run({ x }, ['y'], AbortSignal.abort(new Error('enough'))), /^Error: enough$/);
    await network.release();
  });

  it('names an output that is no tensor of float32, whatever the provider', async () => {
    const model = pointNetwork({ input: [1, 2, 2], planes: 1, names: ['x', 'z'] });
    const whole = onnxModel({
      ...model,
      outputs: [{ name: 'y', shape: ['n', 1, 2, 2], type: 9 }],
      nodes: [...model.nodes, { op: 'IsNaN', inputs: ['z'], outputs: ['y'] }],
    });
    const network = await openLocal(whole, 'net.onnx', { providers: ['cpu'], threads: 1 });
    await assert.rejects(
      network.run({ x }, ['y']),
      /net\.onnx: the output "y" of net\.onnx is of type bool, not float32/,
    );
    await network.release();
  });
});
