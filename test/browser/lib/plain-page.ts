/** A page of the extension that is no editor, in a real browser, with a host played inside it that answers its first question. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { browserFor } from './viewer-page';

const ORIGIN = 'http://page.test';

const HOST = `
window.sent = [];
window.acquireVsCodeApi = () => ({
  postMessage(message) {
    window.sent.push(message);
    if (message.method === window.readyMethod)
      setTimeout(() => window.postMessage({ jsonrpc: '2.0', id: message.id, result: window.firstView }));
  },
  getState: () => undefined,
  setState: () => undefined,
});
`;

interface HostWindow {
  sent: { method: string; params?: unknown }[];
  readyMethod: string;
  firstView: unknown;
}

export class PlainPage {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly complaints: readonly string[],
  ) {}

  /**
   * @param name Of the bundle, as in `dist/<name>.js`.
   * @param ready Method of the page's first request, which is answered with `view`.
   */
  static async open(
    name: string,
    ready: string,
    view: unknown,
    viewport = { width: 700, height: 600 },
  ): Promise<PlainPage> {
    const complaints: string[] = [];
    const context = await (await browserFor(true)).newContext({ viewport });
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.addInitScript(
      ([readyMethod, firstView]) => {
        Object.assign(window as unknown as HostWindow, { readyMethod, firstView });
      },
      [ready, view] as const,
    );
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') await route.fulfill({ contentType: 'text/html', body: html(name) });
      else if (pathname === '/fake-host.js') await route.fulfill({ contentType: 'text/javascript', body: HOST });
      else if (pathname === '/favicon.ico') await route.fulfill({ body: '' });
      else {
        const contentType = path.extname(pathname) === '.css' ? 'text/css' : 'text/javascript';
        await route.fulfill({ contentType, body: readFileSync(inRoot(pathname.slice(1))) });
      }
    });
    await page.goto(`${ORIGIN}/`);
    return new PlainPage(page, context, complaints);
  }

  /** Parameters of the notifications of one kind that the page has sent. */
  async sent<T>(method: string): Promise<T[]> {
    const all = await this.page.evaluate(() => (window as unknown as HostWindow).sent);
    return all.filter((message) => message.method === method).map(({ params }) => params as T);
  }

  /** Sends a notification to the page. */
  async notify(method: string, params: unknown): Promise<void> {
    await this.page.evaluate((message) => window.postMessage(message), { jsonrpc: '2.0', method, params });
  }

  /** Closes the page, and holds against it what it has complained of. */
  async close(): Promise<void> {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}

const html = (name: string): string => `<!DOCTYPE html><html><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${ORIGIN}; style-src ${ORIGIN} 'unsafe-inline'">
<link rel="stylesheet" href="/dist/${name}.css"></head>
<body><main id="root"></main><script src="/fake-host.js"></script><script src="/dist/${name}.js"></script></body></html>`;
