/**
 * CUDA for ONNX Runtime's package for node, which has the provider's code but none of its libraries.
 *
 * ONNX Runtime opens `libonnxruntime_providers_*.so` beside its own library, and these need CUDA and cuDNN from
 * the loader's path. So the process gets a folder with links to ONNX Runtime's library and to the providers, and
 * that folder and those with CUDA's libraries on LD_LIBRARY_PATH, which the loader reads before the package's own.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ScanError } from '../core/volume';

/** Libraries that the CUDA provider needs, beside the driver's own; names without ".so" and version. */
export const CUDA_LIBRARIES = [
  'libonnxruntime_providers_shared',
  'libonnxruntime_providers_cuda',
  'libcudart',
  'libcublas',
  'libcublasLt',
  'libcurand',
  'libcufft',
  'libcudnn',
] as const;

/** Any library of these families belongs to CUDA. */
const FAMILIES = /^lib(onnxruntime_providers_\w+|cu[a-zA-Z]+|cudnn\w*|nvrtc\w*|nvJitLink|nvinfer\w*)\.so(\.|$)/i;

/** pip puts libraries three folders down; what lies deeper, or among more files, is not looked at. */
const DEEPEST = 5;
const MOST_ENTRIES = 50_000;

const RUNTIME = 'libonnxruntime.so.1';

export interface CudaFolder {
  /** Variables for the environment of the process that loads ONNX Runtime. */
  readonly env: Readonly<Record<string, string>>;
  /** Libraries of `CUDA_LIBRARIES` that were not found. */
  readonly missing: readonly string[];
}

/**
 * Makes the libraries below a folder known to ONNX Runtime. Only ONNX Runtime's build for Linux on x64 knows CUDA.
 * @param folder What the user has named; '' for none.
 * @param script The program that loads ONNX Runtime, by which its package is found.
 * @param cache Folder in which links may be made.
 * Throws ScanError naming the folder where it cannot be read.
 */
export async function cudaFolder(folder: string, script: string, cache: string): Promise<CudaFolder> {
  if (folder === '' || process.platform !== 'linux' || process.arch !== 'x64') return { env: {}, missing: [] };
  const found = await findLibraries(folder);
  const binaries = path.join(
    path.dirname(createRequire(script).resolve('onnxruntime-node/package.json')),
    ...['bin', 'napi-v6', process.platform, process.arch],
  );
  const links = path.join(cache, `onnxruntime-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  await fs.mkdir(links, { recursive: true, mode: 0o700 });
  await link(path.join(binaries, RUNTIME), path.join(links, RUNTIME));
  for (const [name, file] of found) {
    if (name.startsWith('libonnxruntime_providers_')) await link(file, path.join(links, name));
  }
  const folders = new Set([links, ...[...found.values()].map((file) => path.dirname(file))]);
  const inherited = process.env.LD_LIBRARY_PATH;
  const has = (library: string): boolean => [...found.keys()].some((name) => name.startsWith(`${library}.so`));
  return {
    env: { LD_LIBRARY_PATH: [...folders, ...(inherited ? [inherited] : [])].join(':') },
    missing: CUDA_LIBRARIES.filter((library) => !has(library)),
  };
}

/** Makes a link, or leaves the one that is there: another process may be about to follow it. */
async function link(target: string, file: string): Promise<void> {
  const present = await fs.readlink(file).catch(() => undefined);
  if (present === target) return;
  await fs.rm(file, { force: true });
  await fs.symlink(target, file);
}

/** CUDA's libraries in a folder and those below it, by their file names; the one that lies highest where there are several. */
async function findLibraries(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let [level, seen] = [[folder], 0];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const one of level) {
      const entries = await fs.readdir(one, { withFileTypes: true }).catch((error: Error) => {
        if (one !== folder) return [];
        throw new ScanError(
          folder,
          `the folder cannot be read (${error.message}).`,
          "Name a folder with CUDA's libraries.",
        );
      });
      seen += entries.length;
      if (seen > MOST_ENTRIES) return found;
      for (const entry of entries) {
        const file = path.join(one, entry.name);
        if (entry.isDirectory()) next.push(file);
        else if (FAMILIES.test(entry.name) && !found.has(entry.name)) found.set(entry.name, file);
      }
    }
    level = next;
  }
  return found;
}
