import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { CUDA_LIBRARIES, cudaFolder } from '../../../src/node/cuda-folder';

const isSupported = process.platform === 'linux' && process.arch === 'x64';

describe('the folder with CUDA', () => {
  let folder = '';
  const at = (...names: string[]): string => path.join(folder, ...names);
  const script = inRoot('dist/inference.cjs');
  const put = (...names: string[]): void => {
    mkdirSync(path.dirname(at(...names)), { recursive: true });
    writeFileSync(at(...names), '');
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'hemorica-cuda-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('changes nothing where none is named', async () => {
    assert.deepEqual(await cudaFolder('', script, at('cache')), { env: {}, missing: [] });
    assert.deepEqual(readdirSync(folder), []);
  });

  if (!isSupported) return;

  it('is made known to the loader as pip lays it out, with ONNX Runtime beside its providers', async () => {
    put('in/onnxruntime/capi/libonnxruntime_providers_cuda.so');
    put('in/onnxruntime/capi/libonnxruntime_providers_shared.so');
    put('in/onnxruntime/capi/libonnxruntime.so.1.30.0');
    for (const name of ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10']) {
      put('in/nvidia/cu13/lib', name);
    }
    put('in/nvidia/cudnn/lib/libcudnn.so.9');
    put('in/numpy.libs/libgfortran.so.5');
    const { env, missing } = await cudaFolder(at('in'), script, at('cache'));
    assert.deepEqual(missing, ['libcufft']);
    const folders = (env.LD_LIBRARY_PATH ?? '').split(':');
    const [links = ''] = folders;
    assert.equal(path.dirname(links), at('cache'));
    const rest = folders.slice(1).filter((one) => one.startsWith(folder));
    assert.deepEqual(rest.sort(), [at('in/nvidia/cu13/lib'), at('in/nvidia/cudnn/lib'), at('in/onnxruntime/capi')]);
    assert.deepEqual(readdirSync(links).sort(), [
      'libonnxruntime.so.1',
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ]);
    assert.equal(
      realpathSync(path.join(links, 'libonnxruntime.so.1')),
      realpathSync(inRoot('node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1')),
    );
    // Again, as for each run of a model: nothing is made anew.
    assert.deepEqual(await cudaFolder(at('in'), script, at('cache')), { env, missing });
  });

  it('follows libraries that were moved, and names those that are not there', async () => {
    put('in/libonnxruntime_providers_cuda.so');
    const first = await cudaFolder(at('in'), script, at('cache'));
    assert.deepEqual(
      first.missing,
      CUDA_LIBRARIES.filter((name) => name !== 'libonnxruntime_providers_cuda'),
    );
    rmSync(at('in/libonnxruntime_providers_cuda.so'));
    put('in/lib/libonnxruntime_providers_cuda.so');
    const { env } = await cudaFolder(at('in'), script, at('cache'));
    const link = path.join((env.LD_LIBRARY_PATH ?? '').split(':')[0] ?? '', 'libonnxruntime_providers_cuda.so');
    assert.equal(readlinkSync(link), at('in/lib/libonnxruntime_providers_cuda.so'));
  });

  it('is named where it cannot be read', async () => {
    await assert.rejects(
      cudaFolder(at('gone'), script, at('cache')),
      /gone: the folder cannot be read .*Name a folder/,
    );
  });
});
