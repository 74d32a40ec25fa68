// The sample workspace of the demo and of F5: sample/, made by our own generator, kept until it is deleted.
import { existsSync, readdirSync } from 'node:fs';
import { step } from './log.mjs';
import { inRoot, root } from './paths.mjs';
import { mustRun } from './processes.mjs';

/**
 * Makes sample/ where it is missing or empty; needs a build. What a person drew into an existing one stays.
 * @returns {Promise<string>} its absolute path
 */
export async function ensureSample() {
  const folder = inRoot('sample');
  if (!existsSync(folder) || readdirSync(folder).length === 0) {
    await step('sample workspace', () =>
      mustRun(process.execPath, [inRoot('dist/sample.js'), folder], { cwd: root, quiet: true }),
    );
  }
  return folder;
}
