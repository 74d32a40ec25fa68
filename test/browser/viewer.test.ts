import assert from 'node:assert/strict';
import type { DecodedScan, ViewStatus } from '../../src/protocol/view';
import { dicomFile } from '../fixtures/dicom-file';
import { niftiFile } from '../fixtures/nifti-files';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

/** 16 x 12 x 10 voxels of 2 x 2 x 4 mm, every slice with a bright column of its own. */
function columns(depth = 10): Uint8Array {
  return niftiFile({
    dims: [16, 12, depth],
    pixdim: [2, 2, 4],
    sform: [-2, 0, 0, 15, 0, -2, 0, 11, 0, 0, 4, 0],
    value: (n) => (n % 16 === Math.floor(n / 192) + 2 ? 100 : -1000),
  });
}

const scan = (): ViewerOptions['scan'] => ({ kind: 'nifti', files: { 'scan.nii': columns() } });

/** A promise that the test keeps in its hand. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

async function withViewer(options: ViewerOptions, work: (viewer: ViewerPage) => Promise<void>): Promise<void> {
  const viewer = await openViewer(options);
  try {
    await work(viewer);
  } finally {
    await viewer.close();
  }
}

const status = (viewer: ViewerPage): Promise<ViewStatus | undefined> => viewer.last<ViewStatus>('view/status');

describe('loading', () => {
  it('shows the opened slice before the series is whole, then the series at that slice', async () => {
    const held = later<Uint8Array>();
    const file = (n: number): Uint8Array =>
      dicomFile({ rows: 8, columns: 8, instance: n, position: [0, 0, 5 * n], value: (v) => (v < 8 ? 1100 : 0) });
    const files = { 'b.dcm': file(2), 'a.dcm': file(1), 'c.dcm': (): Promise<Uint8Array> => held.promise };
    await withViewer({ scan: { kind: 'dicom', files } }, async (viewer) => {
      await viewer.page.waitForSelector('.cover[data-stage="first-slice"]');
      await viewer.page.waitForSelector('.cornerstone-canvas');
      assert.equal((await status(viewer))?.stage, 'first-slice');
      assert.match((await viewer.page.locator('.progress-text').textContent()) ?? '', /^(Loading|Decoding) \d/);
      held.resolve(file(3));
      await viewer.ready();
      assert.equal(await viewer.page.locator('.lower-left').first().textContent(), 'slice 2/3\nz 10.0 mm');
      const decoded = await viewer.last<DecodedScan>('view/decoded');
      assert.deepEqual(decoded?.size, [8, 8, 3]);
      assert.match(decoded?.sha256 ?? '', /^[0-9a-f]{64}$/);
      assert.ok((decoded?.firstPaint ?? 0) > 0);
    });
  });

  it('draws the first picture without cornerstone, just as cornerstone does', async () => {
    await withViewer({ scan: { kind: 'nifti', files: { 'scan.nii': columns() } } }, async (viewer) => {
      const release = later<void>();
      await viewer.page.route('**/webview-renderer.js', async (route) => {
        await release.promise;
        await route.continue();
      });
      await viewer.page.reload();
      await viewer.page.waitForSelector('.cover[data-stage="ready"]', { state: 'attached' });
      await viewer.settled();
      const poster = await viewer.bright('axial', 'poster');
      release.resolve();
      await viewer.ready();
      const picture = await viewer.bright('axial');
      assert.ok(poster && picture);
      for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
        assert.ok(Math.abs(poster[edge] - picture[edge]) <= 1, `${edge}: ${poster[edge]}, then ${picture[edge]}`);
      }
    });
  });

  it('can be cancelled and begun again', async () => {
    const first = later<Uint8Array>();
    let asked = 0;
    const slow = (): Promise<Uint8Array> => (++asked === 1 ? first.promise : Promise.resolve(columns()));
    await withViewer({ scan: { kind: 'nifti', files: { 'scan.nii': slow } } }, async (viewer) => {
      await viewer.page.locator('.cover').getByText('Cancel', { exact: true }).click();
      await viewer.page.getByText('Loading was cancelled.').waitFor();
      await viewer.page.getByText('Load Again').click();
      await viewer.ready();
      first.resolve(columns());
    });
  });

  it('says what is wrong with a file, and loads it once it is mended', async () => {
    let asked = 0;
    const mended = (): Promise<Uint8Array> => Promise.resolve(++asked === 1 ? columns().subarray(0, 400) : columns());
    await withViewer({ scan: { kind: 'nifti', files: { 'cut.nii': mended } } }, async (viewer) => {
      const message = viewer.page.locator('.message');
      await message.waitFor();
      const text = (await message.textContent()) ?? '';
      assert.match(text, /cut\.nii/);
      assert.match(text, /too early/);
      // The host is told a moment after the page has drawn the message.
      while ((await status(viewer))?.stage !== 'failed') await viewer.page.waitForTimeout(20);
      await viewer.page.getByText('Try Again').click();
      await viewer.ready();
    });
  });

  it('says that a file cannot be read', async () => {
    const gone = (): Promise<Uint8Array> => Promise.reject(new Error('gone'));
    await withViewer({ scan: { kind: 'nifti', files: { 'gone.nii': gone } } }, async (viewer) => {
      const text = await viewer.page.locator('.message').textContent();
      assert.match(text ?? '', /gone\.nii.*could not be read \(404/);
    });
  });

  it('chooses among the volumes of a file with several', async () => {
    const several = niftiFile({
      dims: [8, 8, 4, 3],
      pixdim: [2, 2, 2, 1],
      sform: [-2, 0, 0, 7, 0, -2, 0, 7, 0, 0, 2, 0],
      value: (n) => (n % 8 === Math.floor(n / 256) * 3 ? 100 : -1000),
    });
    await withViewer({ scan: { kind: 'nifti', files: { 'scan.nii': several } } }, async (viewer) => {
      await viewer.ready();
      const before = await viewer.bright('axial');
      await viewer.command('chooseTimePoint');
      await viewer.page.getByRole('menuitemradio', { name: 'Volume 3' }).click();
      await viewer.page.getByText('Volume 3/3').waitFor();
      await viewer.ready();
      const after = await viewer.bright('axial');
      assert.ok(before && after && after.x > before.x + 100, `${before?.x} then ${after?.x}`);
    });
  });

  it('opens scans that are no HU with their whole range', async () => {
    const value = (n: number): number => 3000 + (n % 16);
    const strange = niftiFile({
      dims: [16, 12, 4],
      pixdim: [2, 2, 2],
      sform: [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 2, 0],
      value,
    });
    await withViewer({ scan: { kind: 'nifti', files: { 'scan.nii': strange } } }, async (viewer) => {
      await viewer.ready();
      const window = (await status(viewer))?.window;
      assert.deepEqual([window?.center, window?.width], [3007.5, 15]);
    });
  });

  it('says where WebGL is missing', async () => {
    await withViewer({ scan: scan(), webgl: false }, async (viewer) => {
      await viewer.ready();
      await viewer.page.locator('.chip').click();
      await viewer.page.getByText(/^CPU rendering/).waitFor();
      assert.equal((await status(viewer))?.rendering, 'cpu');
    });
  });
});

describe('the controls', () => {
  let viewer: ViewerPage;
  before(async () => {
    viewer = await openViewer({ scan: scan(), masks: [{ slice: 4, runs: [4, 3, 2, 5] }] });
    await viewer.ready();
  });
  after(() => viewer.close());

  const slice = async (): Promise<string> =>
    ((await viewer.page.locator('[data-plane="axial"] .lower-left').textContent()) ?? '').split('\n')[0] ?? '';

  it('move one slice a notch of the wheel', async () => {
    await viewer.command('goToSlice', 5);
    const pane = await viewer.pane('axial');
    await viewer.page.mouse.move(pane.x + 100, pane.y + 100);
    await viewer.page.mouse.wheel(0, -120);
    await viewer.settled();
    assert.equal(await slice(), 'slice 6/10');
    await viewer.page.mouse.wheel(0, 120);
    await viewer.settled();
    assert.equal(await slice(), 'slice 5/10');
  });

  it('go to a slice by number, and give the keyboard back', async () => {
    await viewer.command('goToSlice');
    assert.equal((await status(viewer))?.focus, 'input');
    await viewer.page.keyboard.type('8');
    await viewer.page.keyboard.press('Enter');
    await viewer.settled();
    assert.equal(await slice(), 'slice 8/10');
    assert.equal((await status(viewer))?.focus, 'view');
  });

  it('go through the slices with the slider', async () => {
    await viewer.page.getByRole('slider', { name: 'Slice' }).press('ArrowRight');
    await viewer.settled();
    assert.equal(await slice(), 'slice 9/10');
    await viewer.command('focus');
  });

  it('choose a window by keyboard', async () => {
    const menu = viewer.page.locator('.menu-button').first();
    await menu.focus();
    await viewer.page.keyboard.press('ArrowDown');
    await viewer.page.keyboard.press('ArrowDown');
    assert.equal((await status(viewer))?.focus, 'input');
    await viewer.page.keyboard.press('Enter');
    await viewer.settled();
    assert.equal((await status(viewer))?.window.name, 'Subdural');
    assert.equal((await status(viewer))?.focus, 'view');
    await viewer.command('previousWindow');
    assert.equal((await status(viewer))?.window.name, 'Brain');
  });

  it('change the window by dragging with the right button', async () => {
    const pane = await viewer.pane('axial');
    await viewer.page.mouse.move(pane.x + 100, pane.y + 100);
    await viewer.page.mouse.down({ button: 'right' });
    await viewer.page.mouse.move(pane.x + 200, pane.y + 150, { steps: 3 });
    await viewer.page.mouse.up({ button: 'right' });
    await viewer.settled();
    const window = (await status(viewer))?.window;
    assert.deepEqual({ center: window?.center, width: window?.width }, { center: 56, width: 112 });
    await viewer.command('setWindow', 'Brain');
    assert.equal((await status(viewer))?.window.width, 80);
  });

  it('show, outline and hide the mask, and hide it while a key is held', async () => {
    await viewer.command('goToSlice', 5);
    const filled = await viewer.bright('axial', 'mask');
    assert.ok(filled);
    await viewer.command('holdOverlay');
    assert.equal(await viewer.bright('axial', 'mask'), undefined);
    await viewer.page.keyboard.up('h');
    await viewer.settled();
    assert.ok(await viewer.bright('axial', 'mask'));
    await viewer.command('toggleOverlay');
    const outline = await viewer.bright('axial', 'mask');
    assert.ok(outline && Math.abs(outline.left - (filled.left - 1)) <= 1, 'an outline runs along the edge');
    await viewer.command('toggleOverlay');
    assert.equal(await viewer.bright('axial', 'mask'), undefined);
    await viewer.command('toggleOverlay');
    await viewer.page.getByRole('button', { name: 'Hide Intraparenchymal hemorrhage' }).click();
    await viewer.settled();
    assert.equal(await viewer.bright('axial', 'mask'), undefined);
    await viewer.page.getByRole('button', { name: 'Show Intraparenchymal hemorrhage' }).click();
  });

  it('move the picture with Space held', async () => {
    const before = await viewer.bright('axial');
    const pane = await viewer.pane('axial');
    await viewer.command('focus');
    await viewer.page.mouse.move(pane.x + 100, pane.y + 100);
    await viewer.page.keyboard.down('Space');
    await viewer.page.mouse.down();
    await viewer.page.mouse.move(pane.x + 130, pane.y + 80, { steps: 3 });
    await viewer.page.mouse.up();
    await viewer.page.keyboard.up('Space');
    await viewer.settled();
    const moved = await viewer.bright('axial');
    assert.ok(before && moved && Math.abs(moved.left - before.left - 30) <= 1, `${before?.left} to ${moved?.left}`);
    await viewer.command('fit');
    assert.deepEqual(await viewer.bright('axial'), before);
  });

  it('go to the next slice with blood, and say how much there is', async () => {
    await viewer.command('firstSlice');
    await viewer.command('nextSliceWithBlood');
    assert.equal(await slice(), 'slice 5/10');
    // 5 voxels of 2 x 2 x 4 mm.
    assert.equal(
      await viewer.page.locator('.subtype', { hasText: 'IPH' }).locator('.amounts').textContent(),
      '0.08 mL1 slice',
    );
  });

  it('link the planes by the crosshair', async () => {
    await viewer.command('setLayout', 'all');
    await viewer.ready();
    const pane = await viewer.pane('axial');
    await viewer.page.mouse.click(pane.x + pane.width / 2 - 60, pane.y + pane.height / 2 - 40);
    await viewer.settled();
    const axial = await viewer.page.locator('[data-plane="axial"] .crosshair line').first().getAttribute('y1');
    assert.ok(Math.abs(Number(axial) - (pane.height / 2 - 40)) < 15, 'the crosshair went to the pointer');
    const scale = Math.max(32 / pane.width, 24 / pane.height);
    const sagittal = (await viewer.page.locator('[data-plane="sagittal"] .lower-left').textContent()) ?? '';
    const expected = Math.round(7.5 - (60 * scale) / 2) + 1;
    assert.equal(sagittal.split('\n')[0], `slice ${expected}/16`);
    await viewer.command('setLayout', 'axial');
  });

  it('each have a name, and the browser has nothing to complain about', async () => {
    const nameless = await viewer.page.evaluate(() =>
      [...document.querySelectorAll('button, input, vscode-button, [tabindex="0"], [role="menu"], svg[role]')]
        .filter((node) => !node.getAttribute('aria-label') && !node.textContent?.trim())
        .map((node) => node.outerHTML.slice(0, 100)),
    );
    assert.deepEqual(nameless, []);
    assert.deepEqual(viewer.complaints, []);
  });
});

describe('a page that comes back', () => {
  it('is where it was: slice, window, layout, zoom, rulers', async () => {
    await withViewer({ scan: scan() }, async (viewer) => {
      await viewer.ready();
      await viewer.command('goToSlice', 9);
      await viewer.command('setWindow', 'Bone');
      await viewer.command('zoomIn');
      await viewer.command('toggleRuler');
      const pane = await viewer.pane('axial');
      await viewer.page.mouse.move(pane.x + 100, pane.y + 100);
      await viewer.page.mouse.down();
      await viewer.page.mouse.move(pane.x + 180, pane.y + 160, { steps: 3 });
      await viewer.page.mouse.up();
      await viewer.settled();
      const length = await viewer.page.locator('.ruler-text').textContent();
      const mark = await viewer.bright('axial');
      await viewer.page.reload();
      await viewer.ready();
      const now = await status(viewer);
      assert.deepEqual([now?.slice, now?.window.name, now?.layout], [8, 'Bone', 'axial']);
      assert.equal(await viewer.page.locator('.ruler-text').textContent(), length);
      assert.deepEqual(await viewer.bright('axial'), mark);
    });
  });
});

describe('an annotation that does not fit', () => {
  it('is not drawn, and a banner says why', async () => {
    const annotation = { state: 'refused', file: 'scan.ich.json', message: 'It belongs to another scan.' };
    await withViewer({ scan: scan(), annotation }, async (viewer) => {
      await viewer.ready();
      await viewer.page.getByText('scan.ich.json: It belongs to another scan.').waitFor();
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
    });
  });

  it('is refused by the page too where its runs lie outside the scan', async () => {
    await withViewer({ scan: scan(), masks: [{ slice: 4, runs: [1, 2, 14, 9] }] }, async (viewer) => {
      await viewer.ready();
      await viewer.page.getByText(/lies outside 16 x 12/).waitFor();
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
    });
  });
});

describe('a narrow editor', () => {
  it('folds the side panel into a drawer and keeps every tool in reach', async () => {
    await withViewer({ scan: scan(), size: { width: 420, height: 600 } }, async (viewer) => {
      await viewer.ready();
      assert.equal(await viewer.page.locator('.side').isVisible(), false);
      assert.equal((await viewer.pane('axial')).width, 420);
      await viewer.page.getByRole('button', { name: 'Side panel' }).click();
      assert.equal(await viewer.page.locator('.side').isVisible(), true);
      assert.equal((await viewer.pane('axial')).width, 420, 'the drawer lies over the picture');
      const outside = await viewer.page.evaluate(
        () =>
          [...document.querySelectorAll('.toolbar vscode-button, .toolbar button')].filter(
            (node) => node.getBoundingClientRect().right > window.innerWidth,
          ).length,
      );
      assert.equal(outside, 0);
    });
  });
});
