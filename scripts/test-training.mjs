// Tests of the training code in Python: node scripts/test-training.mjs
//
// Makes an environment of its own in .venv-training, once for each version of training/requirements-test.txt.
// PyTorch is not part of it; in an environment that has it, `python training/tests/run.py` tests the network too.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { step } from './lib/log.mjs';
import { inRoot } from './lib/paths.mjs';
import { mustRun, run } from './lib/processes.mjs';
import { runSuite } from './lib/suite.mjs';

const OLDEST = [3, 11];

/**
 * The first Python that is new enough.
 * @returns {Promise<readonly [string, ...string[]]>} command and arguments
 */
async function python() {
  const candidates = /** @type {const} */ ([['python3'], ['python'], ['py', '-3']]);
  const check = `import sys, venv; sys.exit(sys.version_info < (${OLDEST.join(', ')}))`;
  for (const [command, ...args] of candidates) {
    const found = await run(command, [...args, '-c', check], { quiet: true }).catch(() => ({ code: 1 }));
    if (found.code === 0) return [command, ...args];
  }
  throw new Error(
    `The tests of the training code need Python ${OLDEST.join('.')} or newer with its venv module, and none was found as ${candidates.map((c) => c.join(' ')).join(', ')}. Install it, or run "npm test", which needs no Python.`,
  );
}

/**
 * The environment's Python, with what the tests need.
 * @returns {Promise<string>}
 */
async function environment() {
  const folder = inRoot('.venv-training');
  const own = process.platform === 'win32' ? inRoot('.venv-training/Scripts/python.exe') : `${folder}/bin/python`;
  const requirements = inRoot('training/requirements-test.txt');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = `${folder}/requirements.sha256`;
  if (existsSync(own) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return own;
  const [command, ...args] = await python();
  await step('environment of the training tests', async () => {
    rmSync(folder, { recursive: true, force: true });
    await mustRun(command, [...args, '-m', 'venv', folder], { quiet: true });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await mustRun(own, install, { quiet: true });
  });
  // Written last: an installation that was interrupted is made again.
  writeFileSync(stamp, wanted);
  return own;
}

await runSuite('training', async (results) => {
  const own = await environment();
  // One thread: what is tested is small, and waits for threads cost more than they give.
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  await mustRun(own, [inRoot('training/tests/run.py'), results], { env });
});
