// Tests of the scan editor's page in a real Chromium, without VS Code: node scripts/test-browser.mjs [part of a path]...
import path from 'node:path';
import { bundleTests } from './lib/bundle-tests.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite('browser', async (results) => {
  const filters = process.argv.slice(2);
  const { dir, files, remove } = await bundleTests('browser', { filters, format: 'esm', extra: ['lib/hooks.ts'] });
  try {
    await ensureChromium();
    const options = { files, results, timeout: 120_000, hooks: path.join(dir, 'lib/hooks.mjs') };
    const command = ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)];
    await mustRun(process.execPath, command, { cwd: root });
  } finally {
    remove();
  }
});
