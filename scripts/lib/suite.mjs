// What every suite does at its end: reads its results, keeps them for `npm test`, says what happened, sets the exit code.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { say } from './log.mjs';
import { inRoot } from './paths.mjs';

/** @typedef {import('./mocha-session.mjs').Results} Results */

/**
 * Runs a suite and reports it. A suite that crashed, wrote no results or ran no test has failed.
 * @param {string} name
 * @param {(results: string) => Promise<void>} work runs the tests and has them write the results file at this path
 * @returns {Promise<void>} process.exitCode is 1 where anything failed
 */
export async function runSuite(name, work) {
  const file = inRoot('out/results', `${name}-${process.pid}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  /** @type {unknown} */
  let crash;
  try {
    await work(file);
  } catch (error) {
    crash = error;
  }
  const results = readResults(name, file, crash);
  rmSync(file, { force: true });
  // `npm test` reads the sums from here.
  if (process.env.HEMORICA_RESULTS_FILE) writeFileSync(process.env.HEMORICA_RESULTS_FILE, JSON.stringify(results));
  say(`${name}: ${results.passed} passed, ${results.failed} failed`);
  if (results.failed > 0) process.exitCode = 1;
}

/** @param {string} name @param {string} file @param {unknown} crash @returns {Results} */
function readResults(name, file, crash) {
  /** @type {Results} */
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, failures: [] };
  /** @param {string} message */
  const fail = (message) => {
    results.failed++;
    results.failures.push({ title: name, message });
    say(`${name}: ${message}`);
  };
  // A runner that ends with an error because tests failed says nothing new.
  if (crash !== undefined && results.failed === 0)
    fail(crash instanceof Error ? (crash.stack ?? crash.message) : String(crash));
  else if (!existsSync(file)) fail('the suite ended without results');
  else if (results.passed + results.failed === 0) fail('no test ran');
  return results;
}
