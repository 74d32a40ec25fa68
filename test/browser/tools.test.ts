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
  type SentEdit,
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

/** Voxels of a slice within an index rectangle, all limits inclusive. */
function rectangle(i0: number, i1: number, j0: number, j1: number, k: number): string[] {
  return voxelsWhere(HEAD, (i, j, n) => n === k && i >= i0 && i <= i1 && j >= j0 && j <= j1);
}

describe('lassos', () => {
  // Corners between voxels, so that no centre lies on the outline.
  const corners: Voxel[] = [
    [13.5, 4.5, 5],
    [20.5, 4.5, 5],
    [20.5, 9.5, 5],
    [13.5, 9.5, 5],
  ];

  it('fill what the pointer goes around, and cut it out again with the modifier', async () => {
    for (const shape of [HEAD, REVERSED]) {
      await withHead(async (viewer) => {
        await goTo(viewer, shape, 'axial', [0, 0, 5]);
        await viewer.command('useLasso');
        await drag(viewer, shape, 'axial', [...corners, [13.5, 4.6, 5]]);
        await drag(viewer, shape, 'axial', [...corners, [13.5, 4.6, 5]], 'Alt');
        const [fill, cut] = await edits(viewer);
        assert.deepEqual(voxelsOf(fill, 4), rectangle(14, 20, 5, 9, 5));
        assert.deepEqual(voxelsOf(cut, 0), voxelsOf(fill, 4));
      }, shape);
    }
  });

  it('fill across slices in a coronal plane', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'coronal', [0, 7, 0]);
      await viewer.command('useLasso');
      await drag(viewer, HEAD, 'coronal', [
        [3.5, 7, 1.5],
        [9.5, 7, 1.5],
        [9.5, 7, 6.5],
        [3.5, 7, 6.5],
      ]);
      const [fill] = await edits(viewer);
      const expected = voxelsWhere(HEAD, (i, j, k) => j === 7 && i >= 4 && i <= 9 && k >= 2 && k <= 6);
      assert.deepEqual(voxelsOf(fill, 4), expected);
    });
  });

  it('go corner by corner as polygons, closed by Enter; Backspace takes a corner back, Escape all', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [0, 0, 5]);
      await viewer.command('usePolygon');
      for (const corner of corners.slice(0, 3)) await drag(viewer, HEAD, 'axial', [corner]);
      await viewer.page.keyboard.press('Escape');
      for (const corner of [...corners.slice(0, 2), [2, 18, 5] as const]) await drag(viewer, HEAD, 'axial', [corner]);
      await viewer.page.keyboard.press('Backspace');
      for (const corner of corners.slice(2)) await drag(viewer, HEAD, 'axial', [corner]);
      await viewer.page.keyboard.press('Enter');
      const all = await edits(viewer);
      assert.equal(all.length, 1);
      assert.deepEqual(voxelsOf(all[0], 4), rectangle(14, 20, 5, 9, 5));
    });
  });
});

describe('growing a region', () => {
  it('proposes limits from the place clicked, and paints what they enclose when Enter accepts it', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
      await viewer.command('useRegionGrow');
      await drag(viewer, HEAD, 'axial', [[8, 8, 4]]);
      await viewer.page.waitForSelector('.proposal-text:not(:empty)');
      assert.deepEqual(await edits(viewer), []);
      assert.equal(await viewer.page.locator('.proposal-text').textContent(), '+1.7 mL');
      await viewer.page.keyboard.press('Escape');
      assert.equal(await viewer.page.locator('.proposal-text').textContent(), '');
      await drag(viewer, HEAD, 'axial', [[8, 8, 4]]);
      await viewer.page.waitForSelector('.proposal-text:not(:empty)');
      await viewer.page.keyboard.press('Enter');
      const [edit] = await edits(viewer);
      assert.equal(edit?.label, 'Grow Region of IPH');
      assert.deepEqual(voxelsOf(edit, 4), voxelsWhere(HEAD, inBlock));
    });
  });

  it('warns where it leaks', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [0, 0, 8]);
      await viewer.command('useRegionGrow');
      const reach = viewer.page.getByLabel('Farthest from the click, mm');
      await reach.fill('10');
      await reach.press('Enter');
      await drag(viewer, HEAD, 'axial', [[12, 10, 8]]);
      await viewer.page.waitForSelector('.proposal-text.warning');
      assert.match((await viewer.page.locator('.proposal-text').textContent()) ?? '', /Leaks/);
    });
  });
});

/** Runs of rectangles of a label, as masks of the page's annotation. */
function masksOf(...parts: readonly [label: number, i0: number, i1: number, j0: number, j1: number, k: number][]) {
  const slices = new Map<number, number[]>();
  const rows = parts.flatMap(([label, i0, i1, j0, j1, k]) =>
    Array.from({ length: j1 - j0 + 1 }, (_, n) => ({ k, run: [label, j0 + n, i0, i1 - i0 + 1] })),
  );
  rows.sort((a, b) => (a.run[1] ?? 0) - (b.run[1] ?? 0) || (a.run[2] ?? 0) - (b.run[2] ?? 0));
  for (const { k, run } of rows) slices.set(k, [...(slices.get(k) ?? []), ...run]);
  return [...slices].sort(([a], [b]) => a - b).map(([slice, runs]) => ({ slice, runs }));
}

describe('operations on the mask', () => {
  /** Runs an operation, accepts what it proposes, and gives the edit. */
  async function operate(viewer: ViewerPage, command: string): Promise<SentEdit | undefined> {
    await viewer.command(command);
    await viewer.page.waitForSelector('.proposal-text:not(:empty)');
    await viewer.page.keyboard.press('Enter');
    return (await edits(viewer)).at(-1);
  }

  const ring = masksOf([4, 5, 9, 5, 5, 4], [4, 5, 5, 6, 8, 4], [4, 9, 9, 6, 8, 4], [4, 5, 9, 9, 9, 4]);
  const cases: readonly [string, ReturnType<typeof masksOf>, string, string[], number][] = [
    ['fillHoles', ring, 'Fill Holes of IPH', rectangle(6, 8, 6, 8, 4), 4],
    [
      'removeIslands',
      masksOf([4, 2, 2, 2, 2, 4], [4, 6, 11, 6, 11, 4]),
      'Remove Islands of IPH Below 0.05 mL',
      ['2,2,4'],
      0,
    ],
    ['shrinkMask', masksOf([4, 2, 3, 2, 3, 4]), 'Shrink IPH by 2 mm', rectangle(2, 3, 2, 3, 4), 0],
    [
      'interpolateSlices',
      masksOf([4, 5, 9, 5, 9, 2], [4, 5, 9, 5, 9, 4]),
      'Fill IPH Between Slices',
      rectangle(5, 9, 5, 9, 3),
      4,
    ],
  ];
  for (const [command, masks, label, voxels, becomes] of cases) {
    it(`${command} shows what it would do, and does it as one step`, async () => {
      await withHead(
        async (viewer) => {
          await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
          if (command === 'shrinkMask') {
            await viewer.command(command);
            const margin = viewer.page.getByLabel('Distance, mm');
            await margin.fill('2');
            await margin.press('Enter');
          }
          if (command === 'fillHoles') {
            await viewer.command(command);
            await viewer.page.getByRole('radio', { name: 'The shown slice only' }).click();
          }
          const edit = await operate(viewer, command);
          assert.equal(edit?.label, label);
          assert.deepEqual(voxelsOf(edit, becomes), voxels.sort());
          assert.deepEqual(voxelsOf(edit), voxels.sort());
          assert.equal((await edits(viewer)).length, 1);
        },
        HEAD,
        { masks },
      );
    });
  }

  it('grow by mm around what is there, and leave other subtypes alone', async () => {
    await withHead(
      async (viewer) => {
        await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
        await viewer.command('growMask');
        await viewer.page.getByRole('radio', { name: 'The shown slice only' }).click();
        const margin = viewer.page.getByLabel('Distance, mm');
        await margin.fill('2');
        await margin.press('Enter');
        const edit = await operate(viewer, 'growMask');
        assert.deepEqual(voxelsOf(edit, 4), ['5,4,4', '5,6,4', '4,5,4'].sort());
      },
      HEAD,
      { masks: masksOf([4, 5, 5, 5, 5, 4], [1, 6, 6, 5, 5, 4]) },
    );
  });

  it('copy a mask to the next slice and clear slices and subtypes, sparing what is locked', async () => {
    await withHead(
      async (viewer) => {
        await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
        await viewer.command('copyToNextSlice');
        await viewer.command('clearSubtypeOnSlice');
        await viewer.page.getByRole('button', { name: 'Lock Epidural hemorrhage' }).click();
        await viewer.command('clearSlice');
        await viewer.command('clearSubtype');
        const all = await edits(viewer);
        assert.deepEqual(
          all.map(({ label }) => label),
          ['Copy Mask to Slice 6', 'Clear IPH on Slice 6', 'Clear IPH'],
        );
        assert.deepEqual(voxelsOf(all[0]), [...rectangle(5, 6, 5, 6, 5), ...rectangle(9, 9, 9, 9, 5)].sort());
        assert.deepEqual(voxelsOf(all[1], 0), rectangle(5, 6, 5, 6, 5));
        assert.deepEqual(voxelsOf(all[2], 0), rectangle(5, 6, 5, 6, 4));
      },
      HEAD,
      { masks: masksOf([4, 5, 6, 5, 6, 4], [1, 9, 9, 9, 9, 4]) },
    );
  });

  it('relabel the lesion under a click across slices', async () => {
    await withHead(
      async (viewer) => {
        await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
        await viewer.command('chooseSubtype', 5);
        await viewer.command('useRelabel');
        await drag(viewer, HEAD, 'axial', [[5, 5, 4]]);
        const [edit] = await edits(viewer);
        assert.equal(edit?.label, 'Relabel IPH to IVH');
        assert.deepEqual(voxelsOf(edit, 5), [...rectangle(5, 6, 5, 6, 4), ...rectangle(6, 7, 6, 7, 5)].sort());
      },
      HEAD,
      { masks: masksOf([4, 5, 6, 5, 6, 4], [4, 6, 7, 6, 7, 5], [4, 15, 16, 15, 16, 4]) },
    );
  });
});

describe('boxes', () => {
  it('are drawn, moved, resized, deleted, and made from the mask', async () => {
    await withHead(
      async (viewer) => {
        await goTo(viewer, HEAD, 'axial', [0, 0, 4]);
        await viewer.command('useBox');
        await drag(viewer, HEAD, 'axial', [
          [12, 4, 4],
          [17, 8, 4],
        ]);
        // By its inside; then by its lower right corner.
        await drag(viewer, HEAD, 'axial', [
          [14, 6, 4],
          [15, 7, 4],
        ]);
        await drag(viewer, HEAD, 'axial', [
          [18.5, 9.5, 4],
          [20.5, 9.5, 4],
        ]);
        await viewer.page.keyboard.press('Delete');
        await viewer.command('boxesFromMask');
        const all = await edits(viewer);
        const after = all.map(({ fields }) => fields.map((change) => 'after' in change && change.after));
        assert.deepEqual(after, [[[[12, 4, 6, 5]]], [[[13, 5, 6, 5]]], [[[13, 5, 8, 5]]], [[]], [[[5, 6, 4, 2]]]]);
        assert.deepEqual(
          all.map(({ label }) => label),
          ['Draw Box of IPH', 'Move Box of IPH', 'Resize Box of IPH', 'Delete Box of IPH', 'Boxes of IPH From Mask'],
        );
      },
      HEAD,
      { masks: masksOf([4, 5, 8, 6, 7, 4]) },
    );
  });
});

describe('tools', () => {
  it('do nothing to a subtype that is locked, and say so', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      await viewer.page.getByRole('button', { name: 'Lock Intraparenchymal hemorrhage' }).click();
      await drag(viewer, HEAD, 'axial', [[12, 10, 4]]);
      assert.deepEqual(await edits(viewer), []);
      assert.match((await viewer.page.locator('.tool-message').textContent()) ?? '', /IPH is locked/);
    });
  });

  it('are disabled with the reason where the annotation is refused', async () => {
    const message = 'Its image is another one.';
    await withHead(
      async (viewer) => {
        const brush = viewer.page.locator('.edit-tools vscode-button').first();
        assert.notEqual(await brush.getAttribute('disabled'), null);
        assert.match((await brush.getAttribute('title')) ?? '', /cannot be edited/);
        await viewer.command('useBrush');
        await drag(viewer, HEAD, 'axial', [[12, 10, 4]]);
        assert.deepEqual(await edits(viewer), []);
      },
      HEAD,
      { annotation: { state: 'refused', file: 'head.ich.json', message } },
    );
  });

  it('change the brush with Shift and the wheel, and keep it for the next page', async () => {
    await withHead(async (viewer) => {
      await viewer.command('useBrush');
      const { x, y } = await placeOf(viewer, HEAD, 'axial', [12, 10, 4]);
      await viewer.page.mouse.move(x, y);
      await viewer.page.keyboard.down('Shift');
      await viewer.page.mouse.wheel(0, -100);
      await viewer.page.keyboard.up('Shift');
      await viewer.settled();
      const radius = viewer.page.getByLabel('Radius ([ and ], Shift+wheel), mm');
      assert.equal(await radius.inputValue(), '5.5');
      await viewer.page.waitForTimeout(400);
      await viewer.page.reload();
      await viewer.ready();
      assert.equal(await radius.inputValue(), '5.5');
    });
  });
});
