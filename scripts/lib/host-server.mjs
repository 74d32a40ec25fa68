// Runs the installed VS Code server: one process group, a port the system chose, and a folder of its own for its state.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mustRun, startGroup, stopGroup } from './processes.mjs';

/** Settings that keep the workbench quiet: no welcome, no assistants, no look-ups. */
export const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * @typedef {object} Server a running VS Code server
 * @property {string} url its address, with a slash at the end
 * @property {string} authority host and port, as vscode-remote URIs name it
 * @property {string} extensionsDir
 * @property {(settings: Record<string, unknown>) => void} writeSettings replaces the machine settings; open workbenches take them up at once
 * @property {Promise<void>} ended fulfilled once the server has ended, by stop() or by itself
 * @property {() => Promise<void>} stop ends the server and all it started
 */

/**
 * Starts the server and waits until it listens.
 * @param {import('./host-install.mjs').Host} host
 * @param {object} options
 * @param {string} options.state folder for the server's state, made where it is missing
 * @param {string} [options.extensionsDir] installed extensions; default: in the state folder
 * @param {string} [options.defaultFolder] folder that a bare address opens
 * @param {Record<string, unknown>} [options.settings] machine settings on top of quietSettings
 * @param {Record<string, string>} [options.env] more environment for the server and the extension host
 * @param {number} [options.port] default: any free one
 * @returns {Promise<Server>}
 */
export async function startServer(host, options) {
  const { state, extensionsDir = path.join(state, 'extensions'), port = 0 } = options;
  const machine = path.join(state, 'user/Machine');
  for (const dir of [machine, extensionsDir]) mkdirSync(dir, { recursive: true });
  /** @param {Record<string, unknown>} settings */
  const writeSettings = (settings) =>
    writeFileSync(path.join(machine, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  writeSettings(options.settings ?? {});
  const args = [
    path.join(host.vscode, 'out/server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...['--enable-smoke-test-driver', '--disable-workspace-trust', '--telemetry-level', 'off'],
    ...[
      '--server-data-dir',
      path.join(state, 'server'),
      '--user-data-dir',
      path.join(state, 'user'),
      '--extensions-dir',
      extensionsDir,
    ],
    ...(options.defaultFolder ? ['--default-folder', options.defaultFolder] : []),
  ];
  const child = startGroup(host.node, args, { stdio: ['ignore', 'pipe', 'pipe'], env: hostEnv(host, options.env) });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => child.once('exit', () => resolve()));
  const authority = `127.0.0.1:${await listeningPort(child)}`;
  return { url: `http://${authority}/`, authority, extensionsDir, writeSettings, ended, stop: () => stopGroup(child) };
}

/**
 * Installs a VSIX into an extensions folder, as a user would from the command line.
 * @param {import('./host-install.mjs').Host} host
 * @param {string} vsix
 * @param {{ state: string, extensionsDir?: string }} options as for startServer
 */
export async function installExtension(host, vsix, { state, extensionsDir = path.join(state, 'extensions') }) {
  mkdirSync(extensionsDir, { recursive: true });
  const args = [
    path.join(host.vscode, 'out/server-main.js'),
    '--accept-server-license-terms',
    '--server-data-dir',
    path.join(state, 'server'),
    '--extensions-dir',
    extensionsDir,
    '--install-extension',
    vsix,
    '--force',
  ];
  const output = await mustRun(host.node, args, { quiet: true, env: hostEnv(host) });
  if (!output.includes('was successfully installed')) throw new Error(`VS Code did not install ${vsix}:\n${output}`);
}

/**
 * The address of a workbench.
 * @param {Server} server
 * @param {object} what
 * @param {string} what.folder absolute path of the folder to open
 * @param {string} [what.extension] absolute path of an extension under development
 * @param {string} [what.tests] absolute path of a test suite to run in the extension host
 */
export function workbenchUrl(server, { folder, extension, tests }) {
  /** @param {string} file */
  const remote = (file) => `vscode-remote://${server.authority}${file}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  const query = new URLSearchParams({ folder });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${server.url}?${query}`;
}

/** @param {import('./host-install.mjs').Host} host @param {Record<string, string>} [more] @returns {NodeJS.ProcessEnv} */
function hostEnv(host, more = {}) {
  // Variables of a VS Code around us would make the server take itself for a part of that one.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: `${path.dirname(host.node)}${path.delimiter}${process.env.PATH ?? ''}`,
    ...more,
  };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number>} */
function listeningPort(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    /** @param {Buffer} chunk */
    const read = (chunk) => {
      // What comes after the line we wait for is read and dropped, so that the pipe never fills.
      if (output === 'found') return;
      output += chunk;
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      output = 'found';
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The VS Code server ended with code ${code} before it listened:\n${output}`)),
    );
  });
}
