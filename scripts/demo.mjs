// Installs, builds and opens a sample workspace with a head scan: in desktop VS Code where `code` is on the PATH, else in
// the VS Code server, whose address it prints.   node scripts/demo.mjs [--prepare] [--no-wait]
// HEMORICA_VSCODE=server takes the server although there is a desktop VS Code.
// --prepare: build and make the sample only. --no-wait: end once the workbench answers, instead of at Ctrl+C.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, say, step } from './lib/log.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { mustRun, run } from './lib/processes.mjs';
import { ensureSample } from './lib/sample.mjs';

const { values } = parseArgs({ options: { prepare: { type: 'boolean' }, 'no-wait': { type: 'boolean' } } });

/** Whether desktop VS Code can be started from the command line. */
async function codeIsOnPath() {
  const { code } = await run('code', ['--version'], { quiet: true, shell: process.platform === 'win32' }).catch(() => ({
    code: 1,
  }));
  return code === 0;
}

/** @param {string} folder */
async function openOnServer(folder) {
  // These need packages, so they are loaded after the packages are there.
  const { ensureHost } = await import('./lib/host-install.mjs');
  const { installExtension, startServer } = await import('./lib/host-server.mjs');
  const { packageTarget } = await import('./lib/package-target.mjs');
  const host = await ensureHost();
  const target = `${process.platform}-${process.arch}`;
  const state = inRoot('out/demo');
  const extensionsDir = path.join(state, 'extensions');
  rmSync(extensionsDir, { recursive: true, force: true });
  const { file } = await step(`package ${target}`, () => packageTarget(target, state));
  await step('install the package', () => installExtension(host, file, { state, extensionsDir }));
  const server = await startServer(host, { state, extensionsDir, defaultFolder: folder });
  const answer = await fetch(server.url);
  if (!answer.ok) throw new Error(`The VS Code server answers with status ${answer.status}.`);
  say(`\nOpen ${server.url} in a browser, then a scan in the explorer.`);
  if (values['no-wait']) return server.stop();
  say('Ctrl+C ends the demo.');
  await new Promise((_, reject) => server.ended.then(() => reject(new Error('The VS Code server has ended.'))));
}

await main(async () => {
  await ensureDependencies();
  await step('build', () => mustRun(process.execPath, [inRoot('esbuild.mjs')], { cwd: root }));
  const folder = await ensureSample();
  if (values.prepare) return;
  if (process.env.HEMORICA_VSCODE !== 'server' && (await codeIsOnPath())) {
    say(`Opening ${path.relative(root, folder)} in VS Code.`);
    await mustRun('code', [`--extensionDevelopmentPath=${root}`, folder], { shell: process.platform === 'win32' });
  } else {
    await openOnServer(folder);
  }
});
