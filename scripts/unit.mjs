// Unit tests in plain node: node scripts/unit.mjs [part of a path]...
import { bundleTests } from './lib/bundle-tests.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite('unit', async (results) => {
  const { files, remove } = await bundleTests('unit', { filters: process.argv.slice(2), format: 'esm' });
  try {
    const options = { files, results, timeout: 300_000, reporter: 'dot' };
    await mustRun(
      process.execPath,
      ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)],
      { cwd: root },
    );
  } finally {
    remove();
  }
});
