// One VSIX per platform, with that platform's onnxruntime binaries only: node scripts/package.mjs [--no-build] [target]...
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, say, step } from './lib/log.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { targets } from './lib/targets.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'no-build': { type: 'boolean' } } });
const chosen = positionals.length > 0 ? positionals : targets;
const unknown = chosen.filter((target) => !targets.includes(target));
if (unknown.length > 0) {
  say(`Unknown target ${unknown.join(', ')}. Known: ${targets.join(', ')}.`);
  process.exit(2);
}
await main(async () => {
  await ensureDependencies();
  if (!values['no-build']) await step('build', () => mustRun(process.execPath, [inRoot('esbuild.mjs')], { cwd: root }));
  // After the dependencies are there.
  const { packageTarget } = await import('./lib/package-target.mjs');
  mkdirSync(inRoot('out/package'), { recursive: true });
  for (const target of chosen) {
    const { file, files, bytes } = await step(`package ${target}`, () => packageTarget(target));
    say(`  ${path.relative(root, file)}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB`);
  }
});
