// Lays out the folder that one platform's package is made from.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './paths.mjs';

/** Files and folders of the checkout that a package may hold; .vscodeignore decides which of theirs it does. */
const sources = ['README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore', 'dist', 'l10n', 'media', 'models', 'docs'];

/** Parts of the manifest that mean something in the checkout only; the bundles hold the dependencies. */
const checkoutOnly = ['scripts', 'dependencies', 'devDependencies', 'private', 'overrides'];

/**
 * Makes the folder.
 * @param {string} stage its absolute path; what was there is removed
 * @param {string} target platform and architecture as VS Code names them, such as linux-x64
 */
export function stagePackage(stage, target) {
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const name of [...sources, ...readdirSync(inRoot()).filter((file) => /^package\.nls.*\.json$/.test(file))]) {
    if (existsSync(inRoot(name))) cpSync(inRoot(name), path.join(stage, name), { recursive: true });
  }
  removeStaleOutputs(path.join(stage, 'dist'));
  const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  for (const key of checkoutOnly) delete manifest[key];
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.txt'), notices());
  stageRuntime(path.join(stage, 'dist/node_modules'), target);
}

/**
 * Outputs that an earlier build left in dist/ and the last one no longer makes stay out of packages.
 * @param {string} dist
 */
function removeStaleOutputs(dist) {
  const made = JSON.parse(readFileSync(path.join(dist, 'sizes.json'), 'utf8'));
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    if (entry.isFile() && !(entry.name in made)) rmSync(path.join(dist, entry.name));
  }
}

/**
 * onnxruntime-node with the binaries of one platform. It lies beside the bundles, in dist/node_modules, where their
 * require() finds it and where vsce, told to leave dependencies alone, does not take it for a development tree.
 * @param {string} folder
 * @param {string} target
 */
function stageRuntime(folder, target) {
  const [platform = '', arch = ''] = target.split('-');
  const binaries = `bin/napi-v6/${platform}/${arch}`;
  const parts = {
    'onnxruntime-node': ['package.json', 'dist', binaries],
    'onnxruntime-common': ['package.json', 'dist/cjs'],
  };
  for (const [name, files] of Object.entries(parts)) {
    const source = inRoot('node_modules', name);
    for (const file of files) {
      if (!existsSync(path.join(source, file)))
        throw new Error(`${name} has no ${file}: it does not support ${target}.`);
      cpSync(path.join(source, file), path.join(folder, name, file), { recursive: true, filter: isRuntimeFile });
    }
  }
}

/** @param {string} file */
function isRuntimeFile(file) {
  if (/\.(map|ts)$/.test(file)) return false;
  // The same library once more under its full version; the binding asks for libonnxruntime.1.dylib.
  return !/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file);
}

/** The licenses of all packages inside the bundles and of those beside them. */
function notices() {
  const bundled = JSON.parse(readFileSync(inRoot('dist/packages.json'), 'utf8'));
  const folders = [...new Set([...bundled, 'node_modules/onnxruntime-common', 'node_modules/onnxruntime-node'])].sort();
  const entries = folders.map((folder) => {
    const { name, version, license, homepage } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
    const files = readdirSync(inRoot(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const texts = files.map((file) => readFileSync(inRoot(folder, file), 'utf8').trim());
    const head = [`${name} ${version}`, `License: ${license ?? 'see below'}`, ...(homepage ? [homepage] : [])].join(
      '\n',
    );
    return [head, ...texts].join('\n\n');
  });
  return `Hemorica includes the software listed here.\n\n${entries.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
