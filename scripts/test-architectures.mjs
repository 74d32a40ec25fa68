// Every architecture of the paper through Hemorica and PyTorch: node scripts/test-architectures.mjs [part of a name]...
// Sets up its own Python environment; a run of all takes about half an hour of two cores, and 2 GB of memory.
import { bundleTests } from './lib/bundle-tests.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { ensurePython } from './lib/python.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite('architectures', async (results) => {
  const python = await ensurePython('architectures', 'training/requirements-architectures.txt');
  const { files, remove } = await bundleTests('architectures', { filters: [], format: 'esm' });
  try {
    const options = { files, results, timeout: 0, reporter: 'spec' };
    await mustRun(
      process.execPath,
      ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)],
      {
        cwd: root,
        env: {
          ...process.env,
          HEMORICA_ARCHITECTURES_PYTHON: python,
          HEMORICA_ARCHITECTURES: process.argv.slice(2).join(','),
        },
      },
    );
  } finally {
    remove();
  }
});
