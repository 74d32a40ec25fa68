// End-to-end tests that click and type in a real VS Code: node scripts/test-e2e.mjs [part of a path]...
import path from 'node:path';
import { bundleTests } from './lib/bundle-tests.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureHost } from './lib/host-install.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite('e2e', async (results) => {
  const filters = process.argv.slice(2);
  const { dir, files, remove } = await bundleTests('e2e', { filters, format: 'esm', extra: ['lib/hooks.ts'] });
  try {
    await ensureHost();
    await ensureChromium();
    const options = { files, results, timeout: 300_000, hooks: path.join(dir, 'lib/hooks.mjs') };
    const command = ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)];
    await mustRun(process.execPath, command, { cwd: root });
  } finally {
    remove();
  }
});
