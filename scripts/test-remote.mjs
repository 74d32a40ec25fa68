// The remote engine against a real server of the Open Inference Protocol: node scripts/test-remote.mjs [part of a path]...
//
// MLServer is installed from PyPI into .venv/remote (some 200 MB), for which Python 3.11 or 3.12 is needed. That is why
// these tests are no part of `npm test`, where a server of the tests' own answers instead.
import { bundleTests } from './lib/bundle-tests.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun } from './lib/processes.mjs';
import { ensurePython } from './lib/python.mjs';
import { runSuite } from './lib/suite.mjs';

await runSuite('remote', async (results) => {
  const python = await ensurePython('remote', 'examples/remote/requirements.txt');
  const { files, remove } = await bundleTests('remote', { filters: process.argv.slice(2), format: 'esm' });
  try {
    const env = { ...process.env, HEMORICA_REMOTE_PYTHON: python };
    const options = { files, results, timeout: 600_000 };
    const command = ['--enable-source-maps', inRoot('scripts/lib/run-mocha.mjs'), JSON.stringify(options)];
    await mustRun(process.execPath, command, { cwd: root, env });
  } finally {
    remove();
  }
});
