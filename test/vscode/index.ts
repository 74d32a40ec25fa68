/** Entry point of the extension tests: VS Code loads it in the extension host and awaits run(). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
// First of ours: mocha keeps the console that it finds when it is loaded.
import './lib/marked-console';
import { runMocha } from '../../scripts/lib/mocha-session.mjs';

/**
 * Runs every bundled test file beside this one.
 * @throws when a test fails, which gives VS Code an exit code of 1
 */
export async function run(): Promise<void> {
  const results = process.env.HEMORICA_SUITE_RESULTS;
  if (!results)
    throw new Error(
      'HEMORICA_SUITE_RESULTS does not name the results file; run the tests with scripts/test-vscode.mjs.',
    );
  process.setSourceMapsEnabled(true);
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.cjs'))
    .sort()
    .map((file) => path.join(__dirname, file));
  const { failed } = await runMocha({ files, results, timeout: 300_000 });
  if (failed > 0) throw new Error(`${failed} failed`);
}
