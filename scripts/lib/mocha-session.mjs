// One mocha run over bundled test files, with its outcome in a JSON file. Runs in plain node and in the extension host.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * @typedef {object} Results the outcome of a run
 * @property {number} passed
 * @property {number} failed tests and hooks that failed
 * @property {{ title: string, message: string }[]} failures
 */

/**
 * Runs the files and writes the results file, whatever comes.
 * @param {object} options
 * @param {readonly string[]} options.files absolute paths
 * @param {string} options.results path of the JSON file to write
 * @param {number} options.timeout milliseconds after which one test counts as hung, not as slow
 * @param {string} [options.reporter]
 * @param {Mocha.RootHookObject} [options.rootHooks]
 * @returns {Promise<Results>}
 */
export async function runMocha({ files, results, timeout, reporter = 'spec', rootHooks }) {
  const mocha = new Mocha({
    ui: 'bdd',
    timeout,
    reporter,
    color: false,
    forbidPending: true,
    forbidOnly: process.env.CI !== undefined,
    slow: 5000,
    ...(rootHooks ? { rootHooks } : {}),
  });
  for (const file of files) mocha.addFile(file);
  /** @type {Results} */
  const outcome = { passed: 0, failed: 0, failures: [] };
  try {
    await mocha.loadFilesAsync();
    await new Promise((resolve) => {
      const runner = mocha.run(resolve);
      runner.on('pass', () => outcome.passed++);
      runner.on('fail', (test, error) => {
        outcome.failed++;
        outcome.failures.push({ title: test.fullTitle(), message: String(error?.stack ?? error) });
      });
    });
  } catch (error) {
    outcome.failed++;
    outcome.failures.push({
      title: 'loading the tests',
      message: String(error instanceof Error ? error.stack : error),
    });
    console.error(error);
  }
  writeFileSync(results, JSON.stringify(outcome, null, 2));
  return outcome;
}
