import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { missingHardware } from '../../../../src/inference/session/hardware';
import { chooseProviders, lacksOperators, problemOf } from '../../../../src/inference/session/providers';

const LINUX = ['cpu', 'webgpu', 'cuda', 'tensorrt'];
const fit = (): undefined => undefined;

describe('execution providers', () => {
  it('are, by themselves, all that the installation has, the CPU last', () => {
    const of = (...available: string[]) => chooseProviders(['auto'], available, [], 'x', fit);
    assert.deepEqual(of(...LINUX), { candidates: ['cuda', 'webgpu', 'cpu'], refused: [] });
    assert.deepEqual(of('cpu', 'webgpu', 'dml').candidates, ['dml', 'webgpu', 'cpu']);
    assert.deepEqual(of('coreml', 'webgpu', 'cpu').candidates, ['coreml', 'webgpu', 'cpu']);
  });

  it('are tried as they are named, each once, with the reason for those that are not there', () => {
    assert.deepEqual(chooseProviders(['dml', 'webgpu', 'webgpu', 'auto'], LINUX, [], 'linux-x64', fit), {
      candidates: ['webgpu', 'cuda', 'cpu'],
      refused: [{ provider: 'dml', problem: "DirectML is not part of ONNX Runtime's build for linux-x64." }],
    });
    assert.deepEqual(chooseProviders(['webgpu'], LINUX, [], 'x', fit).candidates, ['webgpu']);
    assert.deepEqual(chooseProviders([], LINUX, [], 'x', fit), { candidates: [], refused: [] });
  });

  it('are left out where they crashed, and where there is no hardware for them, unless they are named', () => {
    const crash = { provider: 'cuda', problem: 'It crashed.' };
    const unfit = (provider: string): string | undefined => (provider === 'webgpu' ? 'No GPU.' : undefined);
    assert.deepEqual(chooseProviders(['auto'], LINUX, [crash], 'x', unfit), {
      candidates: ['cpu'],
      refused: [crash, { provider: 'webgpu', problem: 'No GPU.' }],
    });
    assert.deepEqual(chooseProviders(['cuda', 'webgpu'], LINUX, [crash], 'x', unfit), {
      candidates: ['webgpu'],
      refused: [crash],
    });
  });

  it('fail with reasons that people can read', () => {
    const of = (message: string): string => problemOf(new Error(message));
    assert.equal(
      of(
        '/onnxruntime_src/core/webgpu_context.cc:136 onnxruntime::webgpu::Initialize(const Config&)::<lambda()> adapter_result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters\n\n',
      ),
      'Failed to get a WebGPU adapter: No supported adapters.',
    );
    assert.equal(of('[ONNXRuntimeError] : 1 : FAIL : Something happened.'), 'Something happened.');
    assert.equal(of('CUDA failure 2: out of memory'), 'There is too little memory (CUDA failure 2: out of memory).');
    assert.equal(of('std::bad_alloc'), 'There is too little memory (std::bad_alloc).');
    assert.equal(problemOf('no error'), 'no error.');
    assert.ok(of('x'.repeat(5000)).length < 500);
    const refusal =
      'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.';
    assert.deepEqual([lacksOperators(new Error(refusal)), lacksOperators(new Error('other'))], [true, false]);
  });

  it('need hardware, as far as the system tells of it', () => {
    const devices = mkdtempSync(path.join(os.tmpdir(), 'hemorica-dev-'));
    try {
      const missing = (): (string | undefined)[] =>
        ['cuda', 'webgpu', 'cpu'].map((provider) =>
          missingHardware(provider, 'linux', devices)?.replace(devices, '/dev'),
        );
      assert.deepEqual(missing(), [
        'There is no NVIDIA GPU here (/dev/nvidia0 does not exist).',
        'There is no GPU here (/dev/dri has no renderD*, or may not be read).',
        undefined,
      ]);
      mkdirSync(path.join(devices, 'dri'));
      writeFileSync(path.join(devices, 'dri/renderD128'), '');
      assert.deepEqual(missing().slice(1), [undefined, undefined]);
      writeFileSync(path.join(devices, 'nvidia0'), '');
      assert.deepEqual(missing(), [undefined, undefined, undefined]);
      assert.equal(missingHardware('dml', 'win32', devices), undefined);
    } finally {
      rmSync(devices, { recursive: true });
    }
  });
});
