import assert from 'node:assert/strict';
import type { Plane } from '../../src/webview/state/view-state';
import { niftiFile } from '../fixtures/nifti-files';
import {
  drag,
  edits,
  goTo,
  type Head,
  onHost,
  placeOf,
  refuse,
  type Voxel,
  voxelsOf,
  voxelsWhere,
} from './lib/painter';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

/** 24 x 20 x 10 voxels of 2 x 2 x 4 mm. HU 60 in a block, 30 elsewhere. */
const HEAD: Head = { size: [24, 20, 10], spacing: [2, 2, 4], reversed: false };
const REVERSED: Head = { ...HEAD, reversed: true };
const inBlock = (i: number, j: number, k: number): boolean => i >= 6 && i < 12 && j >= 6 && j < 12 && k >= 3 && k < 6;

function head({ size, spacing, reversed }: Head): ViewerOptions {
  const [x, y, z] = spacing;
  const sign = reversed ? 1 : -1;
  const file = niftiFile({
    dims: size,
    pixdim: spacing,
    sform: [sign * x, 0, 0, -sign * x * 11.5, 0, sign * y, 0, -sign * y * 9.5, 0, 0, z, 0],
    value: (n) => (inBlock(n % 24, Math.floor(n / 24) % 20, Math.floor(n / 480)) ? 60 : 30),
  });
  return { scan: { kind: 'nifti', files: { 'head.nii': file } }, masks: [] };
}

async function withHead(
  work: (viewer: ViewerPage) => Promise<void>,
  shape: Head = HEAD,
  more: Partial<ViewerOptions> = {},
): Promise<void> {
  const viewer = await openViewer({ ...head(shape), ...more });
  try {
    await viewer.ready();
    await work(viewer);
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.close();
  }
}

/** mm between two voxels along the axes of a plane. */
function distance(plane: Plane, a: Voxel, b: Voxel): number {
  const axes = plane === 'axial' ? [0, 1] : plane === 'coronal' ? [0, 2] : [1, 2];
  return Math.hypot(...axes.map((axis) => ((a[axis] ?? 0) - (b[axis] ?? 0)) * (HEAD.spacing[axis] ?? 1)));
}

const normalAxis = { axial: 2, coronal: 1, sagittal: 0 } as const;

describe('the brush', () => {
  for (const shape of [HEAD, REVERSED]) {
    for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
      it(`paints the circle under a click in the ${plane} plane${shape.reversed ? ' of a scan stored from left to right' : ''}`, async () => {
        await withHead(async (viewer) => {
          // Off the middle along all axes, so that a flip would show.
          const at: Voxel = [17, 13, 6];
          await viewer.command('useBrush');
          await goTo(viewer, shape, plane, at);
          await drag(viewer, shape, plane, [at]);
          const [edit, ...more] = await edits(viewer);
          assert.equal(more.length, 0);
          assert.equal(edit?.label, 'Brush IPH');
          const axis = normalAxis[plane];
          const expected = voxelsWhere(
            shape,
            (...voxel) => voxel[axis] === at[axis] && distance(plane, voxel, at) <= 5,
          );
          assert.deepEqual(voxelsOf(edit, 4), expected);
        }, shape);
      });
    }
  }

  it('paints to the right of the screen what is on the left of the patient', async () => {
    for (const shape of [HEAD, REVERSED]) {
      await withHead(async (viewer) => {
        await viewer.command('useBrush');
        const pane = await viewer.pane('axial');
        assert.equal(await viewer.page.locator('[data-plane="axial"] .letter.right').textContent(), 'L');
        await viewer.page.mouse.click(pane.x + pane.width * 0.65, pane.y + pane.height / 2);
        const columns = voxelsOf((await edits(viewer))[0]).map((voxel) => Number(voxel.split(',')[0]));
        // LPS x = 2 (i - 11.5), or the reverse: all of it to the left, above 0.
        assert.ok(columns.length > 0);
        for (const i of columns) assert.ok((shape.reversed ? 11.5 - i : i - 11.5) > 0, `column ${i}`);
      }, shape);
    }
  });

  it('paints a sphere across slices by their true distance', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      await viewer.command('toggleBrushShape');
      const at: Voxel = [12, 10, 4];
      await goTo(viewer, HEAD, 'axial', at);
      await drag(viewer, HEAD, 'axial', [at]);
      const [edit] = await edits(viewer);
      const within = (i: number, j: number, k: number): boolean =>
        Math.hypot((i - 12) * 2, (j - 10) * 2, (k - 4) * 4) <= 5;
      assert.deepEqual(voxelsOf(edit, 4), voxelsWhere(HEAD, within));
    });
  });

  it('makes a stroke one step, drawn without gaps, that undo and redo take and give back', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      const path: Voxel[] = [
        [4, 10, 5],
        [12, 10, 5],
        [20, 10, 5],
      ];
      await goTo(viewer, HEAD, 'axial', [0, 0, 5]);
      await drag(viewer, HEAD, 'axial', path);
      const [edit, ...more] = await edits(viewer);
      assert.equal(more.length, 0);
      const painted = voxelsOf(edit, 4);
      for (let i = 4; i <= 20; i++) assert.ok(painted.includes(`${i},10,5`), `column ${i}`);
      const drawn = await viewer.bright('axial', 'mask');
      assert.ok(drawn && drawn.right - drawn.left > 100);
      await onHost(viewer, 'undo');
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
      await onHost(viewer, 'redo');
      const again = await viewer.bright('axial', 'mask');
      for (const side of ['left', 'right', 'top', 'bottom'] as const) assert.equal(again?.[side], drawn[side], side);
    });
  });

  it('erases with Ctrl or Alt held; the eraser paints then', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [0, 0, 5]);
      await viewer.command('useBrush');
      await drag(viewer, HEAD, 'axial', [[12, 10, 5]]);
      await drag(viewer, HEAD, 'axial', [[12, 10, 5]], 'Control');
      await viewer.command('useEraser');
      await drag(viewer, HEAD, 'axial', [[12, 10, 5]], 'Alt');
      await drag(viewer, HEAD, 'axial', [[12, 10, 5]]);
      const all = await edits(viewer);
      assert.deepEqual(
        all.map(({ label }) => label),
        ['Brush IPH', 'Erase', 'Brush IPH', 'Erase'],
      );
      assert.deepEqual(voxelsOf(all[1], 0), voxelsOf(all[0], 4));
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
    });
  });

  it('keeps to HU limits, to unlocked subtypes, and to its size', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
      await viewer.command('useBrush');
      await viewer.command('toggleHuLimits');
      for (let n = 0; n < 5; n++) await viewer.command('largerBrush');
      await drag(viewer, HEAD, 'axial', [[11, 9, 4]]);
      const [limited] = await edits(viewer);
      const within = (i: number, j: number, k: number): boolean =>
        k === 4 && inBlock(i, j, k) && distance('axial', [i, j, k], [11, 9, 4]) <= 7.5;
      assert.deepEqual(voxelsOf(limited, 4), voxelsWhere(HEAD, within));
    });
  });

  it('takes back what the host refuses and says why', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      await refuse(viewer, 'The file is read-only.');
      await drag(viewer, HEAD, 'axial', [[12, 10, 4]]);
      await viewer.settled();
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
      assert.match((await viewer.page.locator('.announcer').textContent()) ?? '', /taken back: The file is read-only/);
    });
  });

  it('is taken back by Escape while it is being drawn', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      const { x, y } = await placeOf(viewer, HEAD, 'axial', [12, 10, 4]);
      await viewer.page.mouse.move(x, y);
      await viewer.page.mouse.down();
      await viewer.settled();
      assert.ok(await viewer.bright('axial', 'mask'));
      await viewer.page.keyboard.press('Escape');
      await viewer.page.mouse.up();
      await viewer.settled();
      assert.equal(await viewer.bright('axial', 'mask'), undefined);
      assert.deepEqual(await edits(viewer), []);
    });
  });
});
