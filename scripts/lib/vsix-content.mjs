// What a package must hold, and what it must not.
import { readdirSync, readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { inRoot } from './paths.mjs';

/** Largest size of a package in bytes. */
const largest = 40e6;

/** Every file of a package matches one of these. */
const allowed = [
  /^(extension\.vsixmanifest|\[Content_Types\]\.xml)$/,
  /^extension\/(package\.json|package\.nls(\.[\w-]+)?\.json|readme\.md|changelog\.md|LICENSE\.txt|THIRD-PARTY-NOTICES\.txt)$/i,
  /^extension\/docs\/diagnostics\.md$/,
  /^extension\/l10n\/[\w.-]+\.json$/,
  /^extension\/media\/.+\.(png|svg|md|json)$/,
  /^extension\/models\/[\w-]+\/(model\.onnx|model\.json|MODEL_CARD\.md|LICENSE(\.txt)?)$/,
  /^extension\/dist\/((extension|inference|feeder)\.cjs|(cli|sample|webview(-\w+)?|worker|history|disagreement)\.js|(webview|history|disagreement)\.css|codicon-\w+\.ttf)$/,
  /^extension\/dist\/codecs\/\w+\.wasm$/,
  /^extension\/dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.+\.js|dist\/cjs\/package\.json)$/,
];

/** Every package holds these. */
const required = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/LICENSE.txt',
  'extension/THIRD-PARTY-NOTICES.txt',
  'extension/docs/diagnostics.md',
  'extension/dist/extension.cjs',
  'extension/dist/inference.cjs',
  'extension/dist/feeder.cjs',
  'extension/dist/cli.js',
  'extension/dist/sample.js',
  'extension/dist/webview.js',
  'extension/dist/worker.js',
  'extension/dist/history.js',
  'extension/dist/disagreement.js',
  // The network, its manifest and its license, and all else that the folder of a model holds, such as its card.
  ...readdirSync(inRoot('models')).flatMap((name) =>
    [...new Set(['model.json', 'model.onnx', 'LICENSE', ...readdirSync(inRoot('models', name))])].map(
      (file) => `extension/models/${name}/${file}`,
    ),
  ),
  'extension/dist/node_modules/onnxruntime-node/dist/index.js',
  'extension/dist/node_modules/onnxruntime-common/dist/cjs/index.js',
];

/**
 * Lists a package and holds it to the rules above.
 * @param {string} file path of the VSIX
 * @param {string} target
 * @returns {{ files: number, bytes: number }} number of files and size of the package
 * @throws {Error} naming every file that must not be there, is missing, or belongs to another platform
 */
export function checkVsix(file, target) {
  const packed = readFileSync(file);
  /** @type {string[]} */
  const names = [];
  // The filter sees every entry; saying no to all of them unpacks nothing.
  unzipSync(packed, { filter: ({ name }) => Boolean(names.push(name)) && false });
  const binaries = `extension/dist/node_modules/onnxruntime-node/bin/napi-v6/${target.replace('-', '/')}/`;
  const wrong = names.filter((name) => !name.startsWith(binaries) && !allowed.some((pattern) => pattern.test(name)));
  const missing = [...required, `${binaries}onnxruntime_binding.node`].filter((name) => !names.includes(name));
  const problems = [
    ...wrong.map((name) => `${name} must not be in the package`),
    ...missing.map((name) => `${name} is missing`),
    ...(packed.length > largest ? [`it has ${packed.length} bytes, more than ${largest}`] : []),
  ];
  if (problems.length > 0) throw new Error(`${file}:\n  ${problems.join('\n  ')}`);
  return { files: names.length, bytes: packed.length };
}
