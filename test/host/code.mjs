#!/usr/bin/env node
// Stands in for the desktop build of VS Code: takes the arguments that @vscode/test-electron gives, runs the test suite in
// the extension host of the VS Code server with Chromium as its window, and ends with the suite's exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { chromiumFlags, ensureChromium } from '../../scripts/lib/chromium.mjs';
import { ensureHost } from '../../scripts/lib/host-install.mjs';
import { startServer, workbenchUrl } from '../../scripts/lib/host-server.mjs';

const { values, positionals } = parseArgs({
  // The many switches of the desktop build that mean nothing here are let through.
  strict: false,
  allowPositionals: true,
  options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
});

/** @param {unknown} value */
const given = (value) => (typeof value === 'string' ? { path: path.resolve(value) } : undefined);

const state = mkdtempSync(path.join(tmpdir(), 'hemorica-code-'));
process.on('exit', () => rmSync(state, { recursive: true, force: true, maxRetries: 5 }));
process.exitCode = await main();
process.exit();

/** @returns {Promise<number>} */
async function main() {
  const server = await startServer(await ensureHost(), { state });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    /** @type {Promise<number>} */
    const ended = new Promise((resolve, reject) => {
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
      page.on('crash', () => reject(new Error('The window of the workbench crashed.')));
      browser.on('disconnected', () => reject(new Error('Chromium ended before the tests did.')));
    });
    await page.exposeFunction('codeAutomationLog', print);
    const folder = path.resolve(positionals[0] ?? state);
    await page.goto(workbenchUrl(server, { folder, extension: given(values.extensionDevelopmentPath)?.path ?? '', tests: given(values.extensionTestsPath)?.path ?? '' }));
    return await ended;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** @param {string} type @param {unknown[]} args */
function print(type, args) {
  console.log(type, JSON.stringify(args));
}
