// System packages by Debian's apt-get, where they are missing and we may install them.

import { say } from './log.mjs';
import { run } from './processes.mjs';

/**
 * The Debian packages among `names` that are not installed; all of them where dpkg is not at hand.
 * @param {readonly string[]} names
 * @returns {Promise<string[]>}
 */
async function missingPackages(names) {
  const missing = [];
  for (const name of names) {
    const { code, output } = await run('dpkg', ['-s', name], { quiet: true }).catch(() => ({
      code: 1,
      output: '',
    }));
    if (code !== 0 || !output.includes('install ok installed')) missing.push(name);
  }
  return missing;
}

/** @param {string} command */
const works = async (command) =>
  (await run(command, ['--version'], { quiet: true }).catch(() => ({ code: 1 }))).code === 0;

/**
 * Installs the Debian packages that are missing.
 * @param {readonly string[]} names
 * @param {string} purpose what they are for, as a noun phrase for the message
 * @throws {Error} naming the packages and what to do, where we may not install them
 */
export async function needPackages(names, purpose) {
  const missing = await missingPackages(names);
  if (missing.length === 0) return;
  const byHand = `Install the packages ${missing.join(' ')} (needed for ${purpose}) and run this again.`;
  if (!(await works('apt-get'))) throw new Error(`${byHand} The names are Debian's; there is no apt-get here.`);
  const isRoot = process.getuid?.() === 0;
  const hasSudo = !isRoot && (await run('sudo', ['-n', 'true'], { quiet: true }).catch(() => ({ code: 1 }))).code === 0;
  if (!isRoot && !hasSudo) throw new Error(`${byHand} For instance: sudo apt-get install ${missing.join(' ')}`);
  say(`  apt-get install ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args */
  const apt = (args) => {
    const options = { quiet: true, env };
    // The lock wait is for another package manager at work, such as a machine's own first update.
    const all = ['-o', 'DPkg::Lock::Timeout=300', ...args];
    return isRoot
      ? run('apt-get', all, options)
      : run('sudo', ['-n', '--preserve-env=DEBIAN_FRONTEND', 'apt-get', ...all], options);
  };
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  let result = await apt(install);
  if (result.code !== 0) {
    // Package lists that are absent or old are the usual reason.
    await apt(['update']);
    result = await apt(install);
  }
  if (result.code !== 0)
    throw new Error(`apt-get could not install ${missing.join(' ')}:\n${result.output.trimEnd()}\n${byHand}`);
}
