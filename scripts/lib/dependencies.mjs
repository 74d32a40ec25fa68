// Installs the packages of the lock file where they are missing or of another lock file. Only node's own modules here:
// this runs before there are any others.
import { existsSync, readFileSync } from 'node:fs';
import { step } from './log.mjs';
import { inRoot, root } from './paths.mjs';
import { envForNpm, mustRun, npm } from './processes.mjs';

/** Whether node_modules holds what package-lock.json asks for, by the copy of it that npm leaves there. */
function isCurrent() {
  const installed = inRoot('node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  /** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }>} */
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const there = packages(installed);
  // Optional packages are those of other platforms.
  return Object.entries(packages(inRoot('package-lock.json'))).every(
    ([name, { version, optional }]) => name === '' || optional || there[name]?.version === version,
  );
}

/** Runs `npm ci` where it is needed. */
export async function ensureDependencies() {
  if (isCurrent()) return;
  await step('npm ci', () =>
    mustRun(npm.command, ['ci'], {
      ...npm.options,
      cwd: root,
      quiet: true,
      env: envForNpm({ ONNXRUNTIME_NODE_INSTALL: 'skip' }),
    }),
  );
}
