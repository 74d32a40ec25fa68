// Bundles test files, found by their names, into a folder of this run under out/. Packages stay outside the bundles and
// are resolved from node_modules at run time; our own sources are bundled in, as they are for the product.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { inRoot, root } from './paths.mjs';

/**
 * Bundles test/<kind>/**\/*.test.ts.
 * @param {'unit' | 'browser' | 'vscode' | 'e2e' | 'architectures' | 'webgpu' | 'remote'} kind
 * @param {object} options
 * @param {readonly string[]} options.filters keep the files whose path contains one of these; none keeps all
 * @param {'esm' | 'cjs'} options.format
 * @param {readonly string[]} [options.extra] more entry points, relative to test/<kind>
 * @returns {Promise<{ dir: string, files: string[], remove: () => void }>} the folder and the absolute paths of the bundled tests
 */
export async function bundleTests(kind, { filters, format, extra = [] }) {
  const source = inRoot('test', kind);
  const sources = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => filters.length === 0 || filters.some((filter) => path.join('test', kind, file).includes(filter)))
    .sort();
  const dir = folderOfThisRun(kind);
  const extension = format === 'esm' ? '.mjs' : '.cjs';
  await build({
    absWorkingDir: root,
    entryPoints: [...sources, ...extra].map((file) => path.join(source, file)),
    outbase: source,
    outdir: dir,
    outExtension: { '.js': extension },
    chunkNames: 'shared/[name]-[hash]',
    bundle: true,
    format,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    // Test files that import one module share its state, as they would unbundled.
    splitting: format === 'esm',
    logLevel: 'warning',
    // Scripts find the repository from their own address, which CommonJS bundles have under another name.
    ...(format === 'cjs'
      ? {
          define: { 'import.meta.url': 'bundleUrl' },
          banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
        }
      : {}),
  });
  const files = sources.map((file) => path.join(dir, file.replace(/\.ts$/, extension)));
  return { dir, files, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/**
 * A folder named after this process, so that runs side by side do not overwrite each other; those of ended runs are removed.
 * @param {string} kind
 */
function folderOfThisRun(kind) {
  const parent = inRoot('out', kind);
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    if (!isRunning(Number(name))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  return path.join(parent, String(process.pid));
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
