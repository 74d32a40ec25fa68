import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { bySubtype, type Presence } from '../../src/core/annotation/annotation';
import type { AnnotationFields, SliceFields } from '../../src/core/document/fields';
import { niftiFile } from '../fixtures/nifti-files';
import { edits, goTo, type Head, onHost, placeOf, voxelsOf } from './lib/painter';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

/** 24 x 20 x 10 voxels of 2 x 2 x 4 mm; HU 60 in columns 4 to 9, 50 elsewhere, air in the first row. */
const HEAD: Head = { size: [24, 20, 10], spacing: [2, 2, 4], reversed: false };

/** Rows of `columns` voxels of a label: packed runs of a block. */
function block(label: number, column: number, row: number, columns: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, n) => [label, row + n, column, columns]).flat();
}

/** IPH of 6 x 5 voxels on slices 2 to 4, SDH of 3 x 2 on slice 7. */
const MASKS = [
  ...[2, 3, 4].map((slice) => ({ slice, runs: block(4, 4, 6, 6, 5) })),
  { slice: 7, runs: block(2, 15, 10, 3, 2) },
];

function sliceOf(slice: number, part: Partial<SliceFields> = {}): SliceFields {
  return { slice, present: bySubtype((): Presence => null), boxes: bySubtype(() => []), comments: [], ...part };
}

const FIELDS: AnnotationFields = {
  made: [{ model: { name: 'tiny', version: '1.2', sha256: '0'.repeat(64), threshold: 0.5, provider: 'cpu' } }],
  patient: { ...bySubtype(() => null), SAH: false },
  review: { state: 'draft' },
  slices: [
    sliceOf(3, {
      present: { ...bySubtype(() => null), IPH: true },
      boxes: { ...bySubtype(() => []), IPH: [[4, 6, 6, 5]] },
    }),
    sliceOf(8, { comments: [{ at: [15, 10], text: 'Calcified?', by: 'John Roe' }, { text: 'Movement.' }] }),
  ],
};

function scan(): ViewerOptions['scan'] {
  const file = niftiFile({
    dims: HEAD.size,
    pixdim: HEAD.spacing,
    sform: [-2, 0, 0, 23, 0, -2, 0, 19, 0, 0, 4, 0],
    value: (n) => (n % 480 < 24 ? -1000 : n % 24 >= 4 && n % 24 < 10 ? 60 : 50),
  });
  return { kind: 'nifti', files: { 'head.nii': file } };
}

async function withPanel(
  work: (viewer: ViewerPage) => Promise<void>,
  more: Partial<ViewerOptions> = {},
): Promise<void> {
  const annotation = { state: 'shown', file: 'head.ich.json', slices: MASKS, fields: FIELDS, revision: 0 };
  const viewer = await openViewer({ scan: scan(), annotation, size: { width: 900, height: 900 }, ...more });
  try {
    await viewer.ready();
    await viewer.page.waitForFunction(
      () => document.querySelectorAll('.list-row').length > 0 || !document.querySelector('.busy:not([hidden])'),
    );
    await work(viewer);
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.close();
  }
}

const button = (viewer: ViewerPage, name: string): Locator => viewer.page.getByRole('button', { name, exact: true });

/** What the open menu offers that would change the mask. */
const offeredEdits = async (viewer: ViewerPage): Promise<string[]> => {
  const offered = await viewer.page.getByRole('menuitem').allTextContents();
  assert.ok(offered.includes('Go to Lesion'));
  return offered.filter((text) => /Relabel|Delete/.test(text));
};

const rows = (viewer: ViewerPage): Promise<string[]> =>
  viewer.page
    .locator('.list-row')
    .evaluateAll((all) =>
      all
        .sort((a, b) => Number(a.ariaPosInSet) - Number(b.ariaPosInSet))
        .map((row) => row.getAttribute('aria-label') ?? ''),
    );

const sliceShown = async (viewer: ViewerPage): Promise<string> =>
  (await viewer.page.locator('[data-plane="axial"] .lower-left').textContent()) ?? '';

describe('the list of lesions', () => {
  it('names each with its figures, in the order asked for', async () => {
    await withPanel(async (viewer) => {
      // 90 voxels of 16 mm3 and 6 of them; ABC/2 from 12 x 10 mm and 6 x 4 mm.
      const iph = 'IPH lesion 1, 1.4 mL, Intraparenchymal hemorrhage, slices 3-5, 60 ± 0 HU, ABC/2 ≈ 1.4 mL (estimate)';
      const sdh = 'SDH lesion 2, 0.10 mL, Subdural hemorrhage, slice 8, 50 ± 0 HU, ABC/2 ≈ 0.10 mL (estimate)';
      assert.deepEqual(await rows(viewer), [iph, sdh]);
      await viewer.page.getByLabel('Sort lesions').selectOption('by subtype');
      assert.deepEqual(await rows(viewer), [sdh, iph]);
    });
  });

  it('goes to a lesion and outlines it for a moment', async () => {
    await withPanel(async (viewer) => {
      await viewer.command('firstSlice');
      await viewer.page.locator('.list-row').first().click();
      await viewer.settled();
      assert.match(await sliceShown(viewer), /^slice 4\/10/);
      const outline = viewer.page.locator('[data-plane="axial"] .highlight-line');
      // Two sides of each voxel at the border of 6 x 5.
      assert.equal((await outline.getAttribute('d'))?.match(/M/g)?.length, 22);
      await viewer.page.waitForFunction(
        () => document.querySelector<SVGElement>('.highlight')?.style.display === 'none',
      );
    });
  });

  it('works by keyboard, and leaves the keys of the view alone', async () => {
    await withPanel(async (viewer) => {
      await viewer.page.getByRole('listbox', { name: 'Lesions' }).focus();
      await viewer.page.keyboard.press('ArrowDown');
      await viewer.page.keyboard.press('ArrowDown');
      await viewer.page.keyboard.press('Enter');
      await viewer.settled();
      assert.match(await sliceShown(viewer), /^slice 8\/10/);
      assert.equal((await viewer.last<{ focus: string }>('view/status'))?.focus, 'input');
    });
  });

  it('relabels and deletes a lesion as one step that is undone as a whole', async () => {
    await withPanel(async (viewer) => {
      const choose = async (name: string): Promise<void> => {
        await viewer.page.locator('.list-row').first().click({ button: 'right' });
        await viewer.page.getByRole('menuitem', { name }).click();
        await viewer.settled();
      };
      await choose('Relabel to SAH');
      const [relabel] = await edits(viewer);
      assert.equal(relabel?.label, 'Relabel Lesion to SAH');
      assert.equal(voxelsOf(relabel, 3).length, 90);
      await viewer.page.getByRole('option', { name: /^SAH lesion 1/ }).waitFor();
      await choose('Delete Lesion');
      await viewer.page.waitForFunction(() => document.querySelectorAll('.list-row').length === 1);
      assert.match((await rows(viewer))[0] ?? '', /^SDH lesion 1/);
      await onHost(viewer, 'undo');
      await onHost(viewer, 'undo');
      await viewer.page.getByRole('option', { name: /^IPH lesion 1, 1\.4 mL/ }).waitFor();
    });
  });

  it('changes no locked subtype', async () => {
    await withPanel(async (viewer) => {
      await button(viewer, 'Lock Intraparenchymal hemorrhage').click();
      await viewer.page.locator('.list-row').first().click({ button: 'right' });
      assert.deepEqual(await offeredEdits(viewer), []);
      await viewer.page.getByRole('menuitem', { name: 'Show in Annotation Text' }).click();
      assert.deepEqual(await viewer.last('edit/showText'), { slice: 2, row: 6 });
    });
  });

  it('makes only the rows in sight', async () => {
    const runs = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) => [1 + ((x + y) % 5), 3 * y, 3 * x, 1]),
    );
    const masks = [0, 2, 4, 6, 8].map((slice) => ({ slice, runs: runs.flat(2) }));
    await withPanel(
      async (viewer) => {
        await viewer.page.waitForFunction(
          () => document.querySelector('[data-section="lesions"] .section-detail')?.textContent === '280',
        );
        const list = viewer.page.getByRole('listbox', { name: 'Lesions' });
        assert.ok((await viewer.page.locator('.list-row').count()) < 20);
        await list.focus();
        await viewer.page.keyboard.press('End');
        await viewer.settled();
        assert.equal(await viewer.page.locator('.list-row[aria-selected="true"]').getAttribute('aria-posinset'), '280');
        assert.ok((await viewer.page.locator('.list-row').count()) < 20);
      },
      { annotation: undefined, masks },
    );
  });

  it('opens the menu of the lesion under a right click, which names who changed it; a drag sets the window', async () => {
    await withPanel(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [6, 8, 3]);
      const { x, y } = await placeOf(viewer, HEAD, 'axial', [6, 8, 3]);
      await viewer.page.mouse.click(x, y, { button: 'right' });
      const menu = viewer.page.getByRole('menu', { name: /^IPH lesion 1,/ });
      await menu.getByRole('menuitem', { name: 'Show Who Changed Lesion' }).click();
      await viewer.settled();
      assert.deepEqual(await viewer.last('view/invoke'), { command: 'hemorica.showLesionAuthor', argument: 1 });
      assert.equal(await menu.count(), 0);
      const windowNow = () => viewer.last<{ window: { name: string } }>('view/status');
      assert.equal((await windowNow())?.window.name, 'Brain');
      await viewer.page.mouse.move(x, y);
      await viewer.page.mouse.down({ button: 'right' });
      await viewer.page.mouse.move(x + 20, y + 10);
      await viewer.page.mouse.up({ button: 'right' });
      await viewer.settled();
      assert.equal((await windowNow())?.window.name, 'Custom');
      const outside = await placeOf(viewer, HEAD, 'axial', [20, 2, 3]);
      await viewer.page.mouse.click(outside.x, outside.y, { button: 'right' });
      assert.equal(await viewer.page.getByRole('menu').count(), 0);
    });
  });

  it('names the lesion under the pointer and its line in the text', async () => {
    await withPanel(async (viewer) => {
      const under = (): Promise<string | null> =>
        viewer.page.locator('[data-plane="axial"] .lesion-under').textContent();
      await goTo(viewer, HEAD, 'axial', [6, 8, 3]);
      const at = await placeOf(viewer, HEAD, 'axial', [6, 8, 3]);
      await viewer.page.mouse.move(at.x, at.y);
      await viewer.page.getByText('IPH lesion 1, 1.4 mL, line 3008').waitFor();
      // Who changed it follows once the pointer rests.
      await viewer.page.getByText('Ada at 6 8 3').waitFor();
      // Also under a pointer that rests.
      await viewer.command('goToSlice', 8);
      assert.equal(await under(), '');
      await viewer.command('goToSlice', 4);
      await button(viewer, 'Hide Intraparenchymal hemorrhage').press('Enter');
      assert.equal(await under(), '');
      await button(viewer, 'Show Intraparenchymal hemorrhage').press('Enter');
      assert.match((await under()) ?? '', /^IPH lesion 1/);
      const beside = await placeOf(viewer, HEAD, 'axial', [20, 8, 3]);
      await viewer.page.mouse.move(beside.x, beside.y);
      await viewer.settled();
      assert.equal(await under(), '');
    });
  });
});

describe('labels', () => {
  it('are stated present, absent or not at all, beside what the mask says', async () => {
    await withPanel(async (viewer) => {
      await viewer.command('goToSlice', 4);
      const cell = viewer.page.locator('[data-label="IPH slice"]');
      const says = (): Promise<string | null> => cell.getAttribute('aria-label');
      assert.equal(await says(), 'Intraparenchymal hemorrhage of slice 4: stated present. The mask has it.');
      await cell.click();
      assert.equal(await says(), 'Intraparenchymal hemorrhage of slice 4: stated absent. The mask has it.');
      assert.match((await cell.getAttribute('class')) ?? '', /against/);
      await cell.click();
      assert.equal(await says(), 'Intraparenchymal hemorrhage of slice 4: not stated. The mask has it.');
      const made = await edits(viewer);
      assert.deepEqual(
        made.map(({ label, fields }) => ({ label, fields })),
        [
          {
            label: 'Label IPH of slice 4: stated absent',
            fields: [{ field: 'slice', slice: 3, subtype: 'IPH', before: true, after: false }],
          },
          {
            label: 'Label IPH of slice 4: not stated',
            fields: [{ field: 'slice', slice: 3, subtype: 'IPH', before: false, after: null }],
          },
        ],
      );
      await onHost(viewer, 'undo');
      await onHost(viewer, 'undo');
      assert.match((await says()) ?? '', /stated present/);
    });
  });

  it('are of the patient too', async () => {
    await withPanel(async (viewer) => {
      const cell = viewer.page.locator('[data-label="SAH patient"]');
      assert.equal(
        await cell.getAttribute('aria-label'),
        'Subarachnoid hemorrhage of the patient: stated absent. The mask does not have it.',
      );
      await cell.focus();
      await viewer.page.keyboard.press('Enter');
      await viewer.settled();
      const [edit] = await edits(viewer);
      assert.deepEqual(edit?.fields, [{ field: 'patient', subtype: 'SAH', before: false, after: null }]);
    });
  });
});

describe('comments', () => {
  it('are added to the slice and to the voxel under the crosshair, changed and deleted', async () => {
    await withPanel(async (viewer) => {
      const { page } = viewer;
      await page.locator('.list-row').first().click();
      const field = page.getByLabel('New comment');
      await field.fill('Fluid level');
      await page.getByText('Add to Slice').click();
      await field.fill('Spot sign?');
      await page.getByText('Add to Voxel').click();
      const first = { text: 'Fluid level', by: 'Jane Doe' };
      const second = { at: [7, 8], text: 'Spot sign?', by: 'Jane Doe' };
      assert.deepEqual((await edits(viewer)).at(-1)?.fields, [
        { field: 'comments', slice: 3, before: [first], after: [first, second] },
      ]);
      assert.equal(await page.locator('[data-plane="axial"] .comment-mark').count(), 2);
      await button(viewer, 'Edit Comment: Fluid level').click();
      await page.getByLabel('Comment', { exact: true }).fill('No fluid level');
      await page.keyboard.press('Control+Enter');
      await button(viewer, 'Delete Comment: Spot sign?').click();
      const changed = { ...first, text: 'No fluid level' };
      assert.deepEqual((await edits(viewer)).at(-1)?.fields, [
        { field: 'comments', slice: 3, before: [changed, second], after: [changed] },
      ]);
      await viewer.settled();
      assert.equal(await page.locator('[data-plane="axial"] .comment-mark').count(), 1);
    });
  });

  it('are found from other slices and from their marks', async () => {
    await withPanel(async (viewer) => {
      const { page } = viewer;
      await page.locator('.other-comments button').click();
      await viewer.settled();
      assert.match(await sliceShown(viewer), /^slice 9\/10/);
      await page.locator('[data-plane="axial"] .comment-mark').first().click();
      await viewer.settled();
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      assert.equal(focused, 'Edit Comment: Calcified?');
      const mark = await page.locator('[data-plane="axial"] .comment-mark').first().boundingBox();
      const at = await placeOf(viewer, HEAD, 'axial', [15, 10, 8]);
      assert.ok(mark && Math.abs(mark.x - at.x) < 6 && Math.abs(mark.y + mark.height - at.y) < 6);
    });
  });
});

describe('boxes, review and strip', () => {
  it('lists boxes, removes one, and draws them around the mask', async () => {
    await withPanel(async (viewer) => {
      await viewer.command('goToSlice', 4);
      const drawn = viewer.page.locator('[data-plane="axial"] .marks').getByText('IPH', { exact: true });
      await drawn.waitFor();
      await button(viewer, 'Delete Box: Intraparenchymal hemorrhage 6 × 5 at 4, 6').click();
      await viewer.page.getByText('No boxes on this slice.').waitFor();
      assert.equal(await drawn.count(), 0);
      await button(viewer, 'Boxes From Mask').click();
      await viewer.settled();
      assert.deepEqual(
        (await edits(viewer)).map(({ fields }) => fields),
        [
          [{ field: 'boxes', slice: 3, subtype: 'IPH', before: [[4, 6, 6, 5]], after: [] }],
          [{ field: 'boxes', slice: 3, subtype: 'IPH', before: [], after: [[4, 6, 6, 5]] }],
        ],
      );
    });
  });

  it('sets the review state in the name of the reader, and says so below', async () => {
    await withPanel(async (viewer) => {
      assert.equal(await viewer.page.getByText('tiny 1.2 (cpu), draft', { exact: true }).count(), 1);
      await viewer.page.getByLabel('Review state').selectOption('Read');
      await viewer.settled();
      assert.deepEqual((await edits(viewer)).at(-1)?.fields, [
        { field: 'review', before: { state: 'draft' }, after: { state: 'read', by: 'Jane Doe' } },
      ]);
      assert.equal(await viewer.page.getByText('tiny 1.2 (cpu), read', { exact: true }).count(), 1);
    });
  });

  it('shows the colors of the subtypes, and asks for the one that is chosen', async () => {
    await withPanel(async (viewer) => {
      const color = viewer.page.getByLabel('Color of Intraparenchymal hemorrhage');
      assert.equal(await color.inputValue(), '#d55e00');
      await color.fill('#112233');
      assert.deepEqual(await viewer.last('view/invoke'), {
        command: 'hemorica.setSubtypeColor',
        argument: 'IPH #112233',
      });
    });
  });

  it('goes to the slice that is clicked in the strip, and says what is on it', async () => {
    await withPanel(async (viewer) => {
      const strip = await viewer.page.locator('.strip').boundingBox();
      assert.ok(strip);
      const x = strip.x + 5 + ((strip.width - 10) * 8) / 9;
      await viewer.page.mouse.move(x, strip.y + 3);
      assert.equal(await viewer.page.locator('.strip').getAttribute('title'), 'Slice 9: 2 comments');
      await viewer.page.mouse.click(x, strip.y + 3);
      await viewer.settled();
      assert.match(await sliceShown(viewer), /^slice 9\/10/);
    });
  });
});

describe('the strip on another plane', () => {
  it('says what can be seen on each of its slices', async () => {
    await withPanel(async (viewer) => {
      await viewer.command('setLayout', 'coronal');
      await viewer.settled();
      const strip = await viewer.page.locator('.strip').boundingBox();
      assert.ok(strip);
      const titleOf = async (slice: number): Promise<string | null> => {
        await viewer.page.mouse.move(strip.x + 5 + ((strip.width - 10) * slice) / (HEAD.size[1] - 1), strip.y + 3);
        return viewer.page.locator('.strip').getAttribute('title');
      };
      assert.equal(await titleOf(8), 'Slice 9: IPH; 1 box');
      assert.equal(await titleOf(10), 'Slice 11: SDH, IPH; 1 box; 1 comment');
      assert.equal(await titleOf(0), 'Slice 1');
      const painted = await viewer.page.locator('.strip').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
        return data.some((value) => value > 0);
      });
      assert.equal(painted, true);
      await viewer.page.mouse.click(strip.x + 5 + ((strip.width - 10) * 10) / (HEAD.size[1] - 1), strip.y + 3);
      await viewer.settled();
      assert.match(
        (await viewer.page.locator('[data-plane="coronal"] .lower-left').textContent()) ?? '',
        /^slice 11\/20/,
      );
    });
  });
});

describe('a panel that cannot edit', () => {
  it('says why, and offers only what changes nothing', async () => {
    const annotation = {
      state: 'shown',
      file: 'a.ich.json',
      slices: MASKS,
      fields: FIELDS,
      revision: 0,
      problem: 'a.ich.json: broken.',
    };
    await withPanel(
      async (viewer) => {
        const { page } = viewer;
        assert.equal(await page.locator('.read-only').textContent(), 'a.ich.json: broken.');
        assert.equal(await page.locator('.state:enabled').count(), 0);
        assert.equal(await page.getByLabel('Review state').isDisabled(), true);
        assert.equal(await page.getByLabel('New comment').isVisible(), false);
        await page.locator('.list-row').first().click({ button: 'right' });
        assert.deepEqual(await offeredEdits(viewer), []);
      },
      { annotation },
    );
  });

  it('shows empty lists before there is an annotation, and the first label makes one', async () => {
    await withPanel(
      async (viewer) => {
        await viewer.page.getByText('No lesion in the mask.').waitFor();
        await viewer.page.locator('[data-label="SDH patient"]').click();
        await viewer.settled();
        const [edit] = await edits(viewer);
        assert.deepEqual(edit?.fields, [{ field: 'patient', subtype: 'SDH', before: null, after: true }]);
      },
      { annotation: { state: 'none' } },
    );
  });
});
