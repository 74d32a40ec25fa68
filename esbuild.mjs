// Builds every bundle into dist/ and holds them to their size budgets.
//   node esbuild.mjs [--watch] [--dev]
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const watch = process.argv.includes('--watch');
const dev = watch || process.argv.includes('--dev');

/** Largest size in bytes, minified, of the outputs whose names match together; measured by `npm run bench` too. */
const budgets = [
  { files: /^webview.*\.js$/, bytes: 4.5e6 },
  { files: /^extension\.cjs$/, bytes: 500e3 },
];

/** Emscripten glue mentions node's modules behind run-time checks; in a page they are never reached. */
const emptyNodeModules = {
  fs: './scripts/lib/empty.cjs',
  path: './scripts/lib/empty.cjs',
  zlib: './scripts/lib/empty.cjs',
  crypto: './scripts/lib/empty.cjs',
};

const common = {
  absWorkingDir: root,
  bundle: true,
  outdir: 'dist',
  minify: !dev,
  sourcemap: dev,
  metafile: true,
  logLevel: 'warning',
  legalComments: 'none',
  target: 'es2023',
};
/** Its CommonJS build loads its parts by computed names, which no bundler can follow. */
const bundledAsModules = { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' };
const node = {
  ...common,
  platform: 'node',
  target: 'node20',
  alias: bundledAsModules,
  external: ['vscode', 'onnxruntime-node'],
};
const browser = { ...common, platform: 'browser', format: 'iife', alias: emptyNodeModules, loader: { '.ttf': 'file' } };

const builds = [
  { ...node, format: 'cjs', entryPoints: { extension: 'src/extension/main.ts' }, outExtension: { '.js': '.cjs' } },
  {
    ...node,
    format: 'cjs',
    entryPoints: { inference: 'src/inference/main.ts', feeder: 'src/inference/feeder/main.ts' },
    outExtension: { '.js': '.cjs' },
  },
  {
    ...node,
    format: 'esm',
    entryPoints: { cli: 'src/cli/main.ts', sample: 'src/cli/sample.ts' },
    // Bundled CommonJS packages use require() and __dirname; ES modules of node have neither.
    banner: {
      js: "import { createRequire as hemoricaRequire } from 'node:module'; const require = hemoricaRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
  },
  {
    ...browser,
    // A module, so that cornerstone is a file of its own that is fetched once the first slice is on screen.
    format: 'esm',
    splitting: true,
    chunkNames: 'webview-[name]',
    entryPoints: { webview: 'src/webview/main.ts' },
  },
  { ...browser, entryPoints: { history: 'src/webview/history/main.ts' } },
  { ...browser, entryPoints: { disagreement: 'src/webview/disagreement/main.ts' } },
  { ...browser, entryPoints: { worker: 'src/webview/worker/main.ts' } },
];

/** The WebAssembly codecs, fetched by the page and read from disk by node. */
const codecs = [
  '@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm',
  '@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm',
  '@cornerstonejs/codec-openjph/dist/openjphjs.wasm',
  '@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode.wasm',
  '@cornerstonejs/codec-libjxl/dist/jpegxlwasm_decode.wasm',
];

mkdirSync(path.join(root, 'dist/codecs'), { recursive: true });
for (const codec of codecs)
  cpSync(path.join(root, 'node_modules', codec), path.join(root, 'dist/codecs', path.basename(codec)));

const complete = builds.filter(({ entryPoints }) =>
  Object.values(entryPoints).every((entry) => existsSync(path.join(root, entry))),
);
if (watch) {
  for (const build of complete) await (await esbuild.context(build)).watch();
} else {
  const results = await Promise.all(complete.map((build) => esbuild.build(build)));
  const outputs = Object.assign({}, ...results.map((result) => result.metafile.outputs));
  writeFileSync(
    path.join(root, 'dist/sizes.json'),
    JSON.stringify(
      Object.fromEntries(Object.entries(outputs).map(([file, { bytes }]) => [path.basename(file), bytes])),
      null,
      2,
    ),
  );
  // Which packages are in the bundles, for the notices of their licenses.
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  const packages = inputs.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  writeFileSync(
    path.join(root, 'dist/packages.json'),
    JSON.stringify([...new Set(packages.filter(Boolean))].sort(), null, 2),
  );
  const over = budgets
    .map(({ files, bytes }) => {
      const matching = Object.entries(outputs).filter(([file]) => files.test(path.basename(file)));
      return { files, bytes, size: matching.reduce((sum, [, output]) => sum + output.bytes, 0) };
    })
    .filter(({ bytes, size }) => !dev && size > bytes);
  for (const { files, bytes, size } of over)
    console.error(`dist/${files.source}: ${size} bytes, over the budget of ${bytes}.`);
  if (over.length > 0) process.exitCode = 1;
}
