/** Sizes of the bundles; made here, so that a stale dist is not measured. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { report } from '../lib/report';

execFileSync(process.execPath, [inRoot('esbuild.mjs')], { cwd: inRoot(), stdio: 'pipe' });
const megabytes = (file: string): number => statSync(file).size / 1e6;
const scripts = (names: readonly string[]): number =>
  names
    .filter((name) => existsSync(inRoot('dist', name)))
    .reduce((sum, name) => sum + megabytes(inRoot('dist', name)), 0);
const all = readdirSync(inRoot('dist'));
const page = all.filter(
  (name) => /^webview.*\.js$/.test(name) || /^viewer.*\.js$/.test(name) || /^cornerstone.*\.js$/.test(name),
);
report({ name: `page (${page.join(', ')})`, value: scripts(page), unit: 'MB', most: 4.5 });
report({ name: 'extension host', value: scripts(['extension.cjs']), unit: 'MB', most: 0.5 });
report({ name: 'decoding worker', value: scripts(['worker.js']), unit: 'MB' });
report({ name: 'inference process', value: scripts(['inference.cjs', 'feeder.cjs']), unit: 'MB' });
report({ name: 'command line', value: scripts(['cli.js']), unit: 'MB' });
const codecs = inRoot('dist/codecs');
report({
  name: 'codecs (wasm)',
  value: readdirSync(codecs).reduce((sum, name) => sum + megabytes(path.join(codecs, name)), 0),
  unit: 'MB',
});
