import assert from 'node:assert/strict';
import { niftiFile } from '../fixtures/nifti-files';
import { openViewer, type ViewerPage } from './lib/viewer-page';

/** Voxels of 2 x 2 x 6 mm; i runs to the patient's right, j to the front, k to the head. */
const SIZE = [20, 24, 10] as const;
/** The bright block: towards the patient's left, the back and the head. */
const BLOCK = { i: [2, 3], j: [5, 6], k: [7, 7] } as const;

const inside = (value: number, [from, to]: readonly [number, number]): boolean => value >= from && value <= to;

function blockScan(datatype: 'int16' | 'float32' = 'int16'): Uint8Array {
  return niftiFile({
    datatype,
    dims: SIZE,
    pixdim: [2, 2, 6],
    sform: [2, 0, 0, -19, 0, 2, 0, -23, 0, 0, 6, -27],
    value: (n) => {
      const [i, j, k] = [n % 20, Math.floor(n / 20) % 24, Math.floor(n / 480)];
      return inside(i, BLOCK.i) && inside(j, BLOCK.j) && inside(k, BLOCK.k) ? 1000 : -1000;
    },
  });
}

/** Radiological convention: where each plane must show the block (pixel columns and rows, from and to), and on which slice. */
const EXPECTED = {
  axial: { columns: [16, 17], rows: [17, 18], slice: 7, size: [20, 24], spacing: [2, 2] },
  coronal: { columns: [16, 17], rows: [2, 2], slice: 17, size: [20, 10], spacing: [2, 6] },
  sagittal: { columns: [17, 18], rows: [2, 2], slice: 16, size: [24, 10], spacing: [2, 6] },
} as const;

type Plane = keyof typeof EXPECTED;

/** Edges of the block in CSS pixels of a pane that shows the whole plane. */
function expectedEdges(
  plane: Plane,
  width: number,
  height: number,
): Record<'left' | 'right' | 'top' | 'bottom', number> {
  const { columns, rows, size, spacing } = EXPECTED[plane];
  const scale = Math.max((size[0] * spacing[0]) / width, (size[1] * spacing[1]) / height);
  const x = (column: number): number => width / 2 + ((column - (size[0] - 1) / 2) * spacing[0]) / scale;
  const y = (row: number): number => height / 2 + ((row - (size[1] - 1) / 2) * spacing[1]) / scale;
  return { left: x(columns[0] - 0.5), right: x(columns[1] + 0.5), top: y(rows[0] - 0.5), bottom: y(rows[1] + 0.5) };
}

async function assertBlockAt(viewer: ViewerPage, plane: Plane, layer: 'picture' | 'mask'): Promise<void> {
  const { width, height } = await viewer.pane(plane);
  const edges = expectedEdges(plane, width, height);
  const found = await viewer.bright(plane, layer);
  assert.ok(found, `the ${plane} ${layer} shows nothing bright`);
  for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
    const off = Math.abs(found[edge] - edges[edge]);
    assert.ok(off <= 1.5, `${plane} ${layer}: the block's ${edge} edge is at ${found[edge]}, not at ${edges[edge]}`);
  }
}

/** The block as a mask: runs of label 3 (label, row, start, length) in the volume's own index. */
const MASKS = [{ slice: 7, runs: [3, 5, 2, 2, 3, 6, 2, 2] }];

for (const webgl of [true, false]) {
  describe(`what is where, drawn by the ${webgl ? 'GPU' : 'CPU'}`, () => {
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      it(`shows a block on the patient's left in the ${plane} plane where it is, and its mask on it`, async () => {
        const viewer = await openViewer({
          webgl,
          scan: { kind: 'nifti', files: { 'block.nii': blockScan() } },
          settings: { layout: plane, overlayOpacity: 1 },
          masks: MASKS,
        });
        await viewer.ready();
        await viewer.command('goToSlice', EXPECTED[plane].slice + 1);
        await assertBlockAt(viewer, plane, 'picture');
        await assertBlockAt(viewer, plane, 'mask');
        await viewer.close();
      });
    }

    it('keeps picture and mask together when zoomed, moved and resized', async () => {
      const viewer = await openViewer({
        webgl,
        scan: { kind: 'nifti', files: { 'block.nii': blockScan() } },
        settings: { layout: 'coronal', overlayOpacity: 1 },
        masks: MASKS,
      });
      await viewer.ready();
      await viewer.command('goToSlice', 18);
      await viewer.page.setViewportSize({ width: 700, height: 520 });
      const pane = await viewer.pane('coronal');
      const { mouse, keyboard } = viewer.page;
      await mouse.move(pane.x + 300, pane.y + 200);
      await keyboard.down('Control');
      await mouse.wheel(0, -120);
      await keyboard.up('Control');
      await mouse.down({ button: 'middle' });
      await mouse.move(pane.x + 260, pane.y + 240, { steps: 4 });
      await mouse.up({ button: 'middle' });
      await viewer.settled();
      const picture = await viewer.bright('coronal', 'picture');
      const mask = await viewer.bright('coronal', 'mask');
      assert.ok(picture && mask);
      const fitted = expectedEdges('coronal', pane.width, pane.height);
      assert.ok(picture.right - picture.left > 1.15 * (fitted.right - fitted.left), 'the wheel zoomed');
      for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
        assert.ok(Math.abs(picture[edge] - mask[edge]) <= 1.5, `${edge}: picture ${picture[edge]}, mask ${mask[edge]}`);
      }
      await viewer.close();
    });

    it('windows float scans', async () => {
      const viewer = await openViewer({
        webgl,
        scan: { kind: 'nifti', files: { 'block.nii': blockScan('float32') } },
      });
      await viewer.ready();
      await viewer.command('goToSlice', 8);
      await assertBlockAt(viewer, 'axial', 'picture');
      await viewer.close();
    });
  });
}

describe('figures of the view', () => {
  let viewer: ViewerPage;
  before(async () => {
    viewer = await openViewer({
      scan: { kind: 'nifti', files: { 'block.nii': blockScan() } },
      settings: { layout: 'coronal' },
    });
    await viewer.ready();
    await viewer.command('goToSlice', 18);
  });
  after(() => viewer.close());

  it('names the edges by the radiological convention', async () => {
    const letters = await viewer.page.locator('[data-plane="coronal"] .letter').allTextContents();
    assert.deepEqual(letters, ['R', 'L', 'S', 'I']);
  });

  it('says value, index and place under the pointer', async () => {
    const pane = await viewer.pane('coronal');
    const { left, right, top, bottom } = expectedEdges('coronal', pane.width, pane.height);
    await viewer.page.mouse.move(pane.x + (left + right) / 2 + 1, pane.y + (top + bottom) / 2);
    const text = await viewer.page.locator('[data-plane="coronal"] .lower-right').textContent();
    // Between columns 16 and 17, a little to the right: i = 2; slice 17 of the front-to-back stack: j = 6.
    assert.match(text ?? '', /^HU 1000 {2}\(2, 6, 7\)\nL 14\.\d P 11\.0 S 15\.\d mm$/);
  });

  it('measures in mm across pixels that are not square', async () => {
    const pane = await viewer.pane('coronal');
    const scale = Math.max(40 / pane.width, 60 / pane.height);
    await viewer.command('toggleRuler');
    const { mouse } = viewer.page;
    const start = [pane.x + pane.width / 2 - 40, pane.y + pane.height / 2 + 60] as const;
    await mouse.move(...start);
    await mouse.down();
    await mouse.move(start[0] + 90, start[1] - 120, { steps: 5 });
    await mouse.up();
    await viewer.settled();
    const text = (await viewer.page.locator('.ruler-text').textContent()) ?? '';
    assert.equal(text, `${(Math.hypot(90, 120) * scale).toFixed(1)} mm`);
    await viewer.command('previousSlice');
    assert.equal(await viewer.page.locator('.ruler').count(), 0, 'it belongs to its slice');
    await viewer.command('nextSlice');
    await viewer.page.locator('.ruler-end').first().focus();
    await viewer.page.keyboard.press('Delete');
    await viewer.settled();
    assert.equal(await viewer.page.locator('.ruler').count(), 0);
  });
});
