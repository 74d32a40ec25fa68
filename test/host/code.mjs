#!/usr/bin/env node
// Stands in for the desktop build of VS Code: takes the arguments that @vscode/test-electron gives, runs the test suite in
// the extension host of the VS Code server with Chromium as its window, and ends with the suite's exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
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

/** What comes from the extension host is marked with this (test/vscode/index.ts); the rest is the workbench's own chatter. */
const mark = '\u001ehemorica ';
/** The longest a whole suite may take before it counts as hung. */
const limit = 20 * 60_000;

/** @param {unknown} value */
const pathOf = (value) => (typeof value === 'string' ? path.resolve(value) : undefined);

const state = mkdtempSync(path.join(tmpdir(), 'hemorica-code-'));
process.on('exit', () => rmSync(state, { recursive: true, force: true, maxRetries: 5 }));
/** @returns {Promise<number>} the exit code of the suite */
async function main() {
  const extension = pathOf(values.extensionDevelopmentPath);
  const tests = pathOf(values.extensionTestsPath);
  const folder = path.resolve(positionals[0] ?? state);
  const chatter = new Chatter();
  const server = await startServer(await ensureHost(), { state, env: { HEMORICA_CONSOLE_MARK: mark } });
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    /** @type {Promise<number>} */
    const ended = new Promise((resolve, reject) => {
      page.exposeFunction('codeAutomationExit', resolve).catch(reject);
      page.on('crash', () => reject(new Error('The window of the workbench crashed.')));
      browser.on('disconnected', () => reject(new Error('Chromium ended before the tests did.')));
      setTimeout(() => reject(new Error(`The tests did not end within ${limit / 60_000} minutes.`)), limit).unref();
    });
    await page.exposeFunction('codeAutomationLog', (/** @type {string} */ level, /** @type {unknown[]} */ args) =>
      chatter.log(level, args),
    );
    await page.goto(workbenchUrl(server, { folder, ...(extension ? { extension } : {}), ...(tests ? { tests } : {}) }));
    const code = await ended;
    if (code !== 0) chatter.explain();
    return code;
  } catch (error) {
    console.error(error);
    chatter.explain();
    return 1;
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Prints what the tests print, and keeps the last of what the workbench says for the case that the tests never spoke. */
class Chatter {
  /** @type {string[]} */
  kept = [];
  spoke = false;

  /** @param {string} level @param {unknown[]} args */
  log(level, args) {
    const text = format(...args);
    if (text.startsWith(mark)) {
      this.spoke = true;
      console.log(text.slice(mark.length));
    } else if (level === 'error' && /hemorica/i.test(text)) {
      console.error(text);
    } else {
      this.kept.push(`${level}: ${text}`);
      if (this.kept.length > 100) this.kept.shift();
    }
  }

  explain() {
    if (!this.spoke) console.error(`The tests printed nothing. What the workbench said:\n${this.kept.join('\n')}`);
  }
}

process.exit(await main());
