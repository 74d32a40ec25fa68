// Child processes that never outlive us: each long-lived one leads its own process group, which is ended whole when we end.
import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const alive = new Set();
let watching = false;

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group has gone already.
  }
}

/** Milliseconds that what we started gets to end by itself when we end. */
const grace = 1000;

/** Ends all groups. Runs while this process exits, so it can only block, not await. */
function endAll() {
  if (alive.size === 0) return;
  // Asked first: a leader may have started groups of its own, which it ends now in the same way.
  for (const child of alive) signalGroup(child, 'SIGTERM');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, grace);
  for (const child of alive) signalGroup(child, 'SIGKILL');
}

function watchOurEnd() {
  if (watching) return;
  watching = true;
  process.on('exit', endAll);
  for (const [signal, code] of /** @type {const} */ ([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])) {
    process.on(signal, () => process.exit(code));
  }
}

/**
 * Starts a process as the leader of its own group. The group is killed when this process ends, however it ends short of SIGKILL.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {import('node:child_process').ChildProcess}
 */
export function startGroup(command, args, options = {}) {
  watchOurEnd();
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  alive.add(child);
  // The leader can end before its children, so its group is ended with it.
  child.once('exit', () => {
    signalGroup(child, 'SIGKILL');
    alive.delete(child);
  });
  child.once('error', () => alive.delete(child));
  return child;
}

/**
 * Ends a group started with startGroup: asks first, kills what is left after two seconds.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
export async function stopGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    signalGroup(child, 'SIGKILL');
    return;
  }
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 2000);
  await ended;
  clearTimeout(timer);
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { quiet?: boolean }} [options] quiet: print the output only when the command fails
 * @returns {Promise<{ code: number, output: string }>} the exit code (128 when a signal ended it) and, when quiet, its output
 */
export function run(command, args, options = {}) {
  const { quiet, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = startGroup(command, args, { stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit', ...spawnOptions });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 128, output }));
  });
}

/**
 * Runs a command to its end and throws, with what it printed, when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { quiet?: boolean }} [options]
 * @returns {Promise<string>} what it printed, when quiet
 */
export async function mustRun(command, args, options = {}) {
  const { code, output } = await run(command, args, options);
  if (code !== 0)
    throw new Error(`${[command, ...args].join(' ')} ended with code ${code}.${output ? `\n${output.trimEnd()}` : ''}`);
  return output;
}

/** Command name and options that start npm on this platform: npm is a script, and on Windows a .cmd that needs a shell. */
export const npm =
  process.platform === 'win32' ? { command: 'npm.cmd', options: { shell: true } } : { command: 'npm', options: {} };

/**
 * Our environment without what a surrounding `npm run` put there about its own package: it would point a nested npm at the wrong folder.
 * @param {NodeJS.ProcessEnv} [more]
 * @returns {NodeJS.ProcessEnv}
 */
export function envForNpm(more = {}) {
  const own = /^npm_(package_|lifecycle_|command$|config_(local_prefix|prefix|ignore_scripts|global_prefix|loglevel)$)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), ...more };
}
