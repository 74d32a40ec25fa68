/** Why ONNX Runtime cannot use a provider on Linux: of CUDA it only says that a shared library did not load, of WebGPU that there is no adapter. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** ONNX Runtime's own library; its providers are looked for beside the copy that was loaded. */
const RUNTIME = 'libonnxruntime.so.1';
const DRIVER = 'libcuda.so.1';

/**
 * The library without which a provider cannot work, one sentence; undefined if all are there.
 */
export function missingLibrary(provider: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  if (provider === 'webgpu') return vulkanProblem();
  if (provider !== 'cuda' && provider !== 'tensorrt') return undefined;
  const folder = runtimeFolder();
  if (folder === undefined) return undefined;
  for (const name of ['libonnxruntime_providers_shared.so', `libonnxruntime_providers_${provider}.so`]) {
    const file = path.join(folder, name);
    if (!existsSync(file)) return `${name} is not installed. "Hemorica: Set Up GPU" says how to get it.`;
    const problem = loadProblem(file);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Folder of the copy of ONNX Runtime's library that the loader took: LD_LIBRARY_PATH goes before the package's own. */
function runtimeFolder(): string | undefined {
  const named = (process.env.LD_LIBRARY_PATH ?? '').split(':').find((one) => existsSync(path.join(one, RUNTIME)));
  if (named !== undefined || process.platform !== 'linux') return named;
  const [, loaded] = new RegExp(`(/.*)/${RUNTIME}$`, 'm').exec(readFileSync('/proc/self/maps', 'utf8')) ?? [];
  return loaded;
}

function vulkanProblem(): string | undefined {
  return loadProblem('libvulkan.so.1') === undefined
    ? undefined
    : 'libvulkan.so.1 is not installed, by which WebGPU finds GPUs. Install the package libvulkan1 and a driver for Vulkan.';
}

/** What the loader says against a library; undefined if it loads. */
function loadProblem(file: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, file);
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // It loaded, and node then found that it is no module of its own.
    if (/did not self-register/.test(said)) return undefined;
    const [, library] = /^([^\s:/]+): cannot open shared object file/.exec(said) ?? [];
    if (library === DRIVER) return `${library} is not installed, which is a part of NVIDIA's driver.`;
    return library === undefined
      ? `${path.basename(file)} cannot be loaded (${said.split('\n')[0]}).`
      : `${library} is not installed, which ${path.basename(file)} needs. "Hemorica: Set Up GPU" says how to get it.`;
  }
}
