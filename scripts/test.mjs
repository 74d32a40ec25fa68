// Everything that is tested, in one command: installs what is missing, builds, checks types, lint and boundaries, runs the
// unit, extension and end-to-end tests, and closes with one line: N passed, N failed. Only node's own modules at the start.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { say, step } from './lib/log.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { envForNpm, npm, run } from './lib/processes.mjs';

/** @typedef {{ passed: number, failed: number, failures: { title: string, message: string }[] }} Results */

/**
 * Runs a command that passes or fails as a whole, and counts as one test.
 * @param {string} name
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<Results>}
 */
async function whole(name, command, args, options = {}) {
  const { code } = await step(name, () => run(command, args, { cwd: root, env: envForNpm(), ...options }));
  return code === 0
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [{ title: name, message: `ended with code ${code}` }] };
}

/**
 * Runs a suite, which leaves its counts in a file.
 * @param {string} name
 * @param {string} script
 * @returns {Promise<Results>}
 */
async function suite(name, script) {
  const file = inRoot('out/results', `all-${name}-${process.pid}.json`);
  mkdirSync(inRoot('out/results'), { recursive: true });
  const env = { ...envForNpm(), HEMORICA_RESULTS_FILE: file };
  const { code } = await step(name, () => run(process.execPath, [inRoot('scripts', script)], { cwd: root, env }));
  const crashed = {
    passed: 0,
    failed: 1,
    failures: [{ title: name, message: `ended with code ${code} and without results` }],
  };
  /** @type {Results} */
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : crashed;
  rmSync(file, { force: true });
  if (code !== 0 && results.failed === 0) {
    results.failed++;
    results.failures.push({ title: name, message: `all tests passed, yet the suite ended with code ${code}` });
  }
  return results;
}

/** @returns {Promise<Results[]>} */
async function all() {
  await ensureDependencies();
  const built = await whole('build', process.execPath, [inRoot('esbuild.mjs')]);
  const results = [built];
  results.push(await whole('check', npm.command, ['run', '--silent', 'check'], npm.options));
  results.push(await suite('unit', 'unit.mjs'));
  // What was not built cannot be run in VS Code; its own failure is counted already.
  if (built.failed === 0) {
    results.push(await suite('browser', 'test-browser.mjs'));
    results.push(await suite('vscode', 'test-vscode.mjs'));
    results.push(await suite('e2e', 'test-e2e.mjs'));
    // Elsewhere there is no GPU in software that comes with the browser of the tests.
    if (process.platform === 'linux' && process.arch === 'x64') results.push(await suite('webgpu', 'test-webgpu.mjs'));
  }
  // Asked for, since it needs Python, which nothing else does.
  if (process.argv.includes('--training')) results.push(await suite('training', 'test-training.mjs'));
  return results;
}

const results = await all().catch((error) => {
  console.error(error);
  return [{ passed: 0, failed: 1, failures: [{ title: 'set-up', message: String(error) }] }];
});
const failures = results.flatMap((result) => result.failures);
for (const { title, message } of failures) say(`FAILED ${title}: ${message.split('\n', 1)[0]}`);
const sum = (/** @type {'passed' | 'failed'} */ key) => results.reduce((total, result) => total + result[key], 0);
say(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
