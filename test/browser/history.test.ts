// The page with the history of an annotation, with a host played inside the page.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { HistoryCommit, HistoryView } from '../../src/protocol/history';
import { PlainPage } from './lib/plain-page';
import { SETTINGS } from './lib/viewer-page';

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
  let opened: PlainPage;
  let page: Page;
  beforeEach(async () => {
    opened = await PlainPage.open('history', 'history/ready', VIEW);
    page = opened.page;
    await page.locator('.commits tbody tr').first().waitFor();
  });
  afterEach(() => opened.close());

  const shown = async (): Promise<string[]> =>
    (await opened.sent<{ hash: string }>('history/show')).map(({ hash }) => hash);
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
