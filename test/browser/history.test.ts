// The page with the history of an annotation, with a host played inside the page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.mjs';
import type { HistoryCommit, HistoryView } from '../../src/protocol/history';
import { browserFor, SETTINGS } from './lib/viewer-page';

const ORIGIN = 'http://history.test';
const HTML = `<!DOCTYPE html><html><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${ORIGIN}; style-src ${ORIGIN} 'unsafe-inline'">
<link rel="stylesheet" href="/dist/history.css"></head>
<body><main id="root"></main><script src="/fake-host.js"></script><script src="/dist/history.js"></script></body></html>`;
const HOST = `
window.sent = [];
window.acquireVsCodeApi = () => ({
  postMessage(message) {
    window.sent.push(message);
    if (message.method === 'history/ready')
      fetchView().then((result) => window.postMessage({ jsonrpc: '2.0', id: message.id, result }));
  },
  getState: () => undefined,
  setState: () => undefined,
});
const fetchView = async () => window.historyView;
`;

function commit(n: number, iph: number, sdh: number): HistoryCommit {
  return {
    hash: String(n).repeat(40),
    author: n % 2 ? 'Ada' : 'Bo',
    date: `2026-03-0${n}T10:00:00+00:00`,
    subject: `Change ${n}`,
    name: 'head.ich.json',
    volumes: { EPH: 0, SDH: sdh, SAH: 0, IPH: iph, IVH: 0 },
  };
}

const { volumes: _, ...unreadable } = commit(3, 0, 0);
const VIEW: HistoryView = {
  file: 'head.ich.json',
  commits: [commit(1, 10, 0), commit(2, 12.4, 0.5), { ...unreadable, problem: 'It is broken.' }, commit(4, 13.1, 0.5)],
  colors: SETTINGS.subtypeColors,
  language: 'en',
};

describe('the history of an annotation', () => {
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  beforeEach(async () => {
    complaints.length = 0;
    context = await (await browserFor(true)).newContext({ viewport: { width: 700, height: 600 } });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.addInitScript((view) => {
      (window as unknown as { historyView: unknown }).historyView = view;
    }, VIEW);
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === '/') await route.fulfill({ contentType: 'text/html', body: HTML });
      else if (pathname === '/fake-host.js') await route.fulfill({ contentType: 'text/javascript', body: HOST });
      else if (pathname === '/favicon.ico') await route.fulfill({ body: '' });
      else {
        const contentType = path.extname(pathname) === '.css' ? 'text/css' : 'text/javascript';
        await route.fulfill({ contentType, body: readFileSync(inRoot(pathname.slice(1))) });
      }
    });
    await page.goto(`${ORIGIN}/`);
    await page.locator('.commits tbody tr').first().waitFor();
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });

  const shown = (): Promise<string[]> =>
    page.evaluate(() =>
      (window as unknown as { sent: { method: string; params: { hash: string } }[] }).sent
        .filter(({ method }) => method === 'history/show')
        .map(({ params }) => params.hash),
    );
  const caption = async (): Promise<string> => (await page.locator('.caption').textContent()) ?? '';

  it('draws a line for each subtype that is there, with a gap where a version cannot be read', async () => {
    assert.deepEqual(await page.locator('.legend li').allTextContents(), ['SDH', 'IPH']);
    const lines = await page
      .locator('.graph .line')
      .evaluateAll((all) => all.map((one) => one.getAttribute('d') ?? ''));
    assert.equal(lines.length, 2);
    for (const d of lines) assert.match(d, /^M[^ML]+ [^ML]+L[^ML]+ [^ML]+M[^ML]+ [^ML]+$/);
    // A larger volume lies higher.
    const [start, next] = [...(lines[1] ?? '').matchAll(/[ML]\S+ ([\d.]+)/g)].map(([, y]) => Number(y));
    assert.ok((start ?? 0) > (next ?? 0));
    assert.match(await caption(), /Bo, Change 4, SDH 0\.50 mL, IPH 13\.1 mL/);
  });

  it('lists the same in a table, newest first, whose commits show their version', async () => {
    const rows = await page
      .locator('.commits tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].slice(1).map((cell) => cell.textContent)));
    assert.deepEqual(rows, [
      ['Bo', 'Change 4', '0.50', '13.1'],
      ['Ada', 'Change 3', '-', '-'],
      ['Bo', 'Change 2', '0.50', '12.4'],
      ['Ada', 'Change 1', '0.00', '10.0'],
    ]);
    await page.getByRole('button', { name: 'Change 2' }).click();
    assert.deepEqual(await shown(), ['2'.repeat(40)]);
  });

  it('is walked through by keys, and shows a version by Enter or a click', async () => {
    const graph = page.getByRole('listbox');
    await graph.focus();
    await page.keyboard.press('ArrowLeft');
    assert.match(await caption(), /Change 3, cannot be read/);
    await page.keyboard.press('Home');
    assert.match(await caption(), /Ada, Change 1/);
    assert.equal(await graph.getAttribute('aria-activedescendant'), 'commit-0');
    await page.keyboard.press('Enter');
    const box = await graph.boundingBox();
    assert.ok(box);
    await page.mouse.click(box.x + box.width - 20, box.y + 100);
    assert.deepEqual(await shown(), ['1'.repeat(40), '4'.repeat(40)]);
  });
});
