// Installs the VS Code server of test/host once per lock file and machine kind, in a cache outside the checkout.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { needPackages } from './debian.mjs';
import { say, step } from './log.mjs';
import { inRoot } from './paths.mjs';
import { envForNpm, mustRun, npm } from './processes.mjs';

/** What the native modules of VS Code are compiled with and against. */
const buildPackages = [
  'build-essential',
  'python3',
  'pkg-config',
  'libkrb5-dev',
  'libsecret-1-dev',
  'libx11-dev',
  'libxkbfile-dev',
];

/**
 * @typedef {object} Host an installed VS Code server
 * @property {string} dir folder that holds its node_modules
 * @property {string} node the Node 24 it runs on
 * @property {string} vscode folder of VS Code itself (out/server-main.js, extensions)
 */

/** @param {string} dir @returns {Host} */
const hostAt = (dir) => ({
  dir,
  node: path.join(dir, `node_modules/node-linux-${process.arch}/bin/node`),
  vscode: path.join(dir, 'node_modules/code-server/lib/vscode'),
});

/** The folder the host of this lock file belongs in: HEMORICA_HOST_CACHE, else one in the user's cache folder. */
export function hostFolder() {
  if (process.env.HEMORICA_HOST_CACHE) return path.resolve(process.env.HEMORICA_HOST_CACHE);
  const hash = createHash('sha256')
    .update(readFileSync(inRoot('test/host/package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex')
    .slice(0, 12);
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'hemorica', `host-${hash}`);
}

/**
 * The VS Code server, installed where it is not yet: two to three minutes on two cores.
 * @returns {Promise<Host>}
 * @throws {Error} where this platform or the lack of a package does not allow it
 */
export async function ensureHost() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `The VS Code server is prepared for Linux on x64 and arm64, not for ${process.platform} ${process.arch}. Install desktop VS Code and set HEMORICA_VSCODE to its executable.`,
    );
  }
  const dir = hostFolder();
  if (existsSync(path.join(dir, 'complete'))) return hostAt(dir);
  await needPackages(buildPackages, 'the native modules of the VS Code server');
  const work = `${dir}.${process.pid}.part`;
  try {
    await step(`Installing the VS Code server into ${dir}`, () => installInto(work));
    writeFileSync(path.join(work, 'complete'), '');
    moveIntoPlace(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return hostAt(dir);
}

/** @param {string} work @param {string} dir */
function moveIntoPlace(work, dir) {
  try {
    renameSync(work, dir);
  } catch (error) {
    // Another run was faster, or the cache folder was made beforehand.
    if (existsSync(path.join(dir, 'complete'))) return;
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOTEMPTY') throw error;
    say(`  ${dir} holds an unfinished install; replacing it`);
    rmSync(dir, { recursive: true, force: true });
    renameSync(work, dir);
  }
}

/** @param {string} work */
async function installInto(work) {
  mkdirSync(work, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(inRoot('test/host', name), path.join(work, name));
  const quiet = { quiet: true, ...npm.options };
  await mustRun(npm.command, ['ci'], { ...quiet, cwd: work, env: envForNpm() });
  const host = hostAt(work);
  const env = envForNpm({
    PATH: `${path.dirname(host.node)}${path.delimiter}${process.env.PATH ?? ''}`,
    // The headers of the Node that will load the modules, instead of a download.
    npm_config_nodedir: path.dirname(path.dirname(host.node)),
    npm_config_ignore_scripts: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
  });
  for (const folder of [host.vscode, path.join(host.vscode, 'extensions')]) {
    await step(`npm install in ${path.relative(work, folder)}`, () =>
      mustRun(npm.command, ['install', '--omit=dev'], { ...quiet, cwd: folder, env }),
    );
  }
  await mustRun(
    host.node,
    [
      '-e',
      `require(${JSON.stringify(path.join(host.vscode, 'node_modules/@vscode/spdlog'))}); require(${JSON.stringify(path.join(host.vscode, 'node_modules/node-pty'))})`,
    ],
    { quiet: true },
  );
}
