// Extension tests inside a real VS Code: node scripts/test-vscode.mjs [part of a path]...
// HEMORICA_VSCODE: "desktop" (downloaded by @vscode/test-electron), "server", or the path of a VS Code executable.
// Unset: the desktop build where there is a display to show it on and its download server answers, else the VS Code server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { bundleTests } from './lib/bundle-tests.mjs';
import { hostFolder } from './lib/host-install.mjs';
import { say } from './lib/log.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { runSuite } from './lib/suite.mjs';

const standIn = inRoot('test/host/code.mjs');

/** Whether the desktop build can be downloaded and shown here; asks its update server and waits five seconds at most. */
async function desktopIsAtHand() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  const answer = await fetch('https://update.code.visualstudio.com/api/releases/stable', {
    signal: AbortSignal.timeout(5000),
  }).catch(() => undefined);
  return answer?.ok ?? false;
}

/** @returns {Promise<string>} the executable to test in */
async function vscodeExecutable() {
  const choice = process.env.HEMORICA_VSCODE ?? ((await desktopIsAtHand()) ? 'desktop' : 'server');
  if (choice === 'server') return standIn;
  if (choice !== 'desktop') return choice;
  return downloadAndUnzipVSCode({ cachePath: path.join(path.dirname(hostFolder()), 'desktop'), timeout: 20_000 });
}

await runSuite('vscode', async (results) => {
  const { dir, remove } = await bundleTests('vscode', {
    filters: process.argv.slice(2),
    format: 'cjs',
    extra: ['index.ts'],
  });
  const workspace = mkdtempSync(path.join(tmpdir(), 'hemorica-workspace-'));
  try {
    const vscodeExecutablePath = await vscodeExecutable();
    say(`  in ${vscodeExecutablePath === standIn ? 'the VS Code server' : vscodeExecutablePath}`);
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(dir, 'index.cjs'),
      extensionTestsEnv: { HEMORICA_SUITE_RESULTS: results },
      launchArgs: [workspace, '--disable-extensions', '--disable-gpu'],
    });
  } finally {
    remove();
    rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
});
