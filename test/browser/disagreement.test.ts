// The page that lists disagreements of model and annotations, with a host played inside the page.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { encodeRuns, type SliceRuns } from '../../src/core/annotation/runs';
import { labelOf, type Subtype } from '../../src/core/annotation/subtype';
import { disagreementOf } from '../../src/core/metrics/disagreement';
import type { Vec3 } from '../../src/core/volume';
import type { DisagreementView, ListedScan } from '../../src/protocol/disagreement';
import { PlainPage } from './lib/plain-page';
import { SETTINGS } from './lib/viewer-page';

const SIZE: Vec3 = [16, 16, 10];
const grid = {
  column: [1, 0, 0] as Vec3,
  row: [0, 1, 0] as Vec3,
  positions: Array.from({ length: SIZE[2] }, (_, k): Vec3 => [0, 0, 5 * k]),
  // 0.1 mL a voxel.
  extents: Array.from({ length: SIZE[2] }, () => 100),
};

/** Four voxels in a row of slice k. */
type Blood = readonly [k: number, row: number, subtype: Subtype, voxels?: number];

function masks(blood: readonly Blood[]): SliceRuns[] {
  return [...new Set(blood.map(([k]) => k))].map((slice) => {
    const labels = new Uint8Array(SIZE[0] * SIZE[1]);
    for (const [k, row, subtype, voxels = 4] of blood)
      if (k === slice) labels.fill(labelOf(subtype), row * SIZE[0] + 2, row * SIZE[0] + 2 + voxels);
    return { slice, runs: encodeRuns(labels, SIZE[0], SIZE[1]) };
  });
}

function scan(name: string, annotation: readonly Blood[], model: readonly Blood[], fromLast = false): ListedScan {
  const disagreement = disagreementOf({
    annotation: masks(annotation),
    model: masks(model),
    labelsOf: (k) => annotation.flatMap(([slice, , subtype]) => (slice === k ? [subtype] : [])),
    size: SIZE,
    grid,
  });
  return { name, disagreement, order: { slices: SIZE[2], fromLast } };
}

const VIEW: DisagreementView = {
  folder: 'cohort',
  model: { name: 'tiny', version: '1.2', threshold: 0.4 },
  scans: [
    // Missed IPH of 0.4 mL on slice 3 (k 2), false SDH of 1.2 mL on slice 6.
    scan('a/head.ich.json', [[2, 3, 'IPH']], [[5, 8, 'SDH', 12]]),
    // A lesion that the model calls IVH; slices counted from the last.
    scan('b/head.ich.json', [[1, 4, 'IPH', 8]], [[1, 4, 'IVH', 8]], true),
    scan('same.ich.json', [[1, 4, 'SAH']], [[1, 4, 'SAH']]),
    { name: 'broken.ich.json', problem: 'broken.ich.json: its scan is not there.' },
  ],
  progress: { running: false, part: 1 },
  colors: SETTINGS.subtypeColors,
  language: 'en',
};

describe('disagreements of model and annotations', () => {
  let opened: PlainPage;
  let page: Page;
  const show = async (view: DisagreementView, width = 1000): Promise<void> => {
    opened = await PlainPage.open('disagreement', 'disagreement/ready', view, { width, height: 600 });
    page = opened.page;
    await page.locator('h1').waitFor({ timeout: 10_000 });
  };
  afterEach(() => opened.close());

  /** Cells of the rows in sight. */
  const rows = async (): Promise<string[][]> =>
    page
      .locator('.panel:not([hidden]) .list-row')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const openedPlaces = () => opened.sent<{ name: string; at?: Vec3; focus: boolean }>('disagreement/open');

  it('says what was compared, and lists lesions, slices and scans with the worst first', async () => {
    await show(VIEW);
    assert.equal(await page.locator('h1').textContent(), 'Disagreements in cohort');
    const about = await page.locator('header p').textContent();
    assert.match(about ?? '', /^tiny 1\.2, threshold 0\.4, .* less than 10 % .* Not a medical device\.$/);
    assert.match(
      (await page.locator('.status-text').textContent()) ?? '',
      /^3 of 4 scans compared\. Not comparable: 1;/,
    );
    assert.deepEqual(await page.getByRole('tab').allTextContents(), ['Lesions 3', 'Slices 3', 'Scans 4']);
    assert.deepEqual(await rows(), [
      ['False', 'SDH', '1.2', '0 %', '6', 'a/head'],
      ['Flipped', 'IPH → IVH', '0.80', '100 %', '9', 'b/head'],
      ['Missed', 'IPH', '0.40', '0 %', '3', 'a/head'],
    ]);
    await tab('Slices');
    assert.deepEqual(await rows(), [
      ['a/head', '6', '0.00', '0', '1.2', '0', '1.2', '+SDH'],
      ['b/head', '9', '1.00', '0', '0', '0.80', '0.80', '−IPH +IVH'],
      ['a/head', '3', '0.00', '0.40', '0', '0', '0.40', '−IPH'],
    ]);
    await tab('Scans');
    assert.deepEqual(await rows(), [
      ['a/head', '0.00', '0.40', '1.2', '0', '1.6', '2', '1 / 1 / 0'],
      ['b/head', '1.00', '0', '0', '0.80', '0.80', '2', '0 / 0 / 1'],
      ['same', '1.00', '0', '0', '0', '0', '0', '0 / 0 / 0'],
      ['broken broken.ich.json: its scan is not there.', '', '', '', '', '', '', ''],
    ]);
  });

  it('is sorted by its columns, either way, without moving rows that have no value to the front', async () => {
    await show(VIEW);
    await tab('Scans');
    const names = async (): Promise<string[]> => (await rows()).map(([name = '']) => name.split(' ')[0] ?? '');
    await page.getByRole('button', { name: 'Dice' }).click();
    assert.deepEqual(await names(), ['a/head', 'b/head', 'same', 'broken']);
    await page.getByRole('button', { name: 'Dice, smallest first' }).click();
    assert.deepEqual(await names(), ['b/head', 'same', 'a/head', 'broken']);
    await page.getByRole('button', { name: 'Annotation' }).click();
    assert.deepEqual(await names(), ['a/head', 'b/head', 'broken', 'same']);
  });

  it('lets a subtype and a kind through, and says so where nothing is left', async () => {
    await show(VIEW);
    await page.getByLabel('Show subtype').selectOption('IVH');
    assert.deepEqual(
      (await rows()).map(([kind]) => kind),
      ['Flipped'],
    );
    await tab('Slices');
    // Of IVH alone there is no overlap.
    assert.deepEqual(await rows(), [['b/head', '9', '0.00', '0', '0', '0.80', '0.80', '+IVH']]);
    await page.getByLabel('Show kind').selectOption('missed');
    assert.deepEqual(await rows(), []);
    assert.equal(
      await page.locator('.panel:not([hidden]) .empty').textContent(),
      'Nothing that the filter lets through.',
    );
    await page.getByLabel('Show subtype').selectOption('any');
    assert.deepEqual(
      (await rows()).map(([, number]) => number),
      ['3'],
    );
  });

  it('opens places by click and by keys, and keeps the keyboard except for Enter', async () => {
    await show(VIEW);
    await page.locator('.list-row').nth(2).click();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    assert.deepEqual(await openedPlaces(), [
      { name: 'a/head.ich.json', at: [3, 3, 2], focus: false },
      { name: 'b/head.ich.json', at: [5, 4, 1], focus: false },
      { name: 'a/head.ich.json', at: [3, 3, 2], focus: true },
    ]);
    await tab('Scans');
    await page.locator('.panel:not([hidden]) .list-row').last().click();
    assert.deepEqual((await openedPlaces()).at(-1), { name: 'broken.ich.json', focus: false });
  });

  it('follows the work: progress, scans as they come, stopping, going on, saving', async () => {
    const waiting = { name: 'same.ich.json' };
    await show({
      ...VIEW,
      scans: [waiting],
      progress: { running: true, part: 0.25, current: 'same.ich.json, slice 1 of 10' },
    });
    assert.equal(await page.locator('.status-text').textContent(), 'Comparing same.ich.json, slice 1 of 10');
    assert.equal(await page.getByRole('progressbar').getAttribute('aria-valuenow'), '25');
    assert.equal(await page.locator('.panel:not([hidden]) .empty').textContent(), 'Nothing found so far.');
    await page.getByRole('button', { name: 'Stop' }).click();
    await opened.notify('disagreement/progress', { running: false, part: 1 });
    await page.getByRole('button', { name: 'Go On' }).click();
    assert.equal(await page.locator('.status-text').textContent(), 'Stopped: 0 of 1 scans compared.');
    assert.equal(await page.getByRole('button', { name: 'Export as CSV...' }).isDisabled(), true);
    await opened.notify('disagreement/scans', { scans: [scan('same.ich.json', [[1, 4, 'SAH']], [])] });
    await page.locator('.panel:not([hidden]) .list-row').waitFor();
    assert.deepEqual((await rows())[0]?.slice(0, 3), ['Missed', 'SAH', '0.40']);
    await page.getByRole('button', { name: 'Export as CSV...' }).click();
    for (const method of ['stop', 'again', 'export'])
      assert.equal((await opened.sent(`disagreement/${method}`)).length, 1, method);
    await opened.notify('disagreement/changed', { ...VIEW, scans: [VIEW.scans[2]] });
    await page.locator('.panel:not([hidden])').getByText('Model and annotations agree.').waitFor();
  });

  it('makes only the rows in sight of thousands, and leaves columns out where there is no room', async () => {
    const blood = Array.from({ length: 10 }, (_, k): Blood => [k, k, k % 2 ? 'IPH' : 'SAH']);
    const scans = Array.from({ length: 1000 }, (_, n) => scan(`${String(n).padStart(4, '0')}.ich.json`, blood, []));
    await show({ ...VIEW, scans }, 420);
    assert.equal((await page.getByRole('tab').allTextContents())[1], 'Slices 10000');
    await tab('Slices');
    const list = page.getByRole('listbox', { name: 'Slices' });
    assert.ok((await page.locator('.list-row').count()) < 120);
    await list.focus();
    await page.keyboard.press('End');
    await page.getByText('0999', { exact: true }).last().waitFor();
    const last = list.locator('.list-row[aria-selected="true"]');
    assert.equal(await last.getAttribute('aria-posinset'), '10000');
    assert.match((await last.getAttribute('aria-label')) ?? '', /Slice: \d+, Dice: 0\.00, Missed, mL: 0\.40/);
    assert.equal(await page.getByRole('button', { name: 'In all, mL' }).count(), 0);
    for (const part of ['#root', '.panel:not([hidden]) .head', '.panel:not([hidden]) .list']) {
      const over = await page.locator(part).evaluate((one) => one.scrollWidth - one.clientWidth);
      assert.equal(over, 0, part);
    }
  });
});
