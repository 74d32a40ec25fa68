import assert from 'node:assert/strict';
import { bySubtype } from '../../src/core/annotation/annotation';
import { niftiFile } from '../fixtures/nifti-files';
import { drag, edits, goTo, type Head, onHost, voxelsOf } from './lib/painter';
import { openViewer, type ViewerPage } from './lib/viewer-page';

/** 24 x 20 x 10 voxels of 2 x 2 x 4 mm, rows to the right and to the front as NIfTI likes it. */
const HEAD: Head = { size: [24, 20, 10], spacing: [2, 2, 4], reversed: false };

/** Ours has IPH, theirs SDH on slices 2 and 3; on slice 7 ours has nothing where theirs has IVH; the label of the patient differs too. */
const CONFLICTS = [
  { kind: 'statement', what: 'patient', subtype: 'SAH', base: null, ours: true, theirs: false },
  { kind: 'voxels', slice: 2, runs: [6, 4, 3, 0, 4, 2] },
  { kind: 'voxels', slice: 3, runs: [6, 4, 3, 0, 4, 2, 7, 5, 1, 0, 4, 2] },
  { kind: 'voxels', slice: 7, runs: [10, 15, 2, 5, 0, 5] },
];
const MASKS = [
  { slice: 2, runs: [4, 6, 4, 3] },
  { slice: 3, runs: [4, 6, 4, 3, 4, 7, 5, 1] },
];

async function withMerge(
  work: (viewer: ViewerPage) => Promise<void>,
  more: readonly { readonly slice: number; readonly runs: readonly number[] }[] = [],
): Promise<void> {
  const file = niftiFile({
    dims: HEAD.size,
    pixdim: HEAD.spacing,
    sform: [-2, 0, 0, 23, 0, -2, 0, 19, 0, 0, 4, 0],
    value: () => 50,
  });
  const fields = {
    made: [],
    patient: { ...bySubtype(() => null), SAH: true },
    review: { state: 'draft' },
    slices: [],
    conflicts: CONFLICTS,
  };
  const annotation = { state: 'shown', file: 'head.ich.json', slices: [...MASKS, ...more], fields, revision: 0 };
  const viewer = await openViewer({
    scan: { kind: 'nifti', files: { 'head.nii': file } },
    annotation,
    size: { width: 900, height: 900 },
  });
  try {
    await viewer.ready();
    await viewer.page.locator('.conflicts .row').first().waitFor();
    await work(viewer);
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.close();
  }
}

const rows = (viewer: ViewerPage): Promise<string[]> => viewer.page.locator('.conflicts .row-text').allTextContents();

const STATEMENT = 'Patient, SAH: present or absent';
const FIRST = 'IPH or SDH, slices 3-4, 7 voxels';
const BOTH = 'none+IPH or SDH+IVH, slices 3-8, 9 voxels';
const SECOND = 'none or IVH, slice 8, 2 voxels';

describe('conflicts of a merge', () => {
  it('are listed place by place, and shown', async () => {
    await withMerge(async (viewer) => {
      assert.deepEqual(await rows(viewer), [STATEMENT, FIRST, SECOND]);
      assert.match((await viewer.page.locator('.banner.merge').textContent()) ?? '', /A merge left 3 conflicts/);
      await viewer.page.getByRole('button', { name: SECOND, exact: true }).click();
      await viewer.settled();
      const lower = viewer.page.locator('[data-plane="axial"] .lower-left');
      assert.match((await lower.textContent()) ?? '', /^slice 8\/10/);
      await viewer.page.getByText('Show Next').click();
      await viewer.settled();
      assert.match((await lower.textContent()) ?? '', /^slice [34]\/10/);
    });
  });

  it('are decided for one side by place, slice or all at once, as steps that are undone', async () => {
    await withMerge(async (viewer) => {
      await viewer.page.getByRole('button', { name: `Theirs: ${FIRST}`, exact: true }).click();
      const [taken] = await edits(viewer);
      assert.equal(taken?.label, 'Take Theirs');
      assert.deepEqual(voxelsOf(taken, 2), ['4,6,2', '4,6,3', '5,6,2', '5,6,3', '5,7,3', '6,6,2', '6,6,3']);
      assert.deepEqual(await rows(viewer), [STATEMENT, SECOND]);
      await viewer.page.getByRole('button', { name: `Ours: ${SECOND}`, exact: true }).click();
      const [, kept] = await edits(viewer);
      assert.deepEqual(kept?.mask, []);
      assert.deepEqual(await rows(viewer), [STATEMENT]);
      await onHost(viewer, 'undo');
      assert.deepEqual(await rows(viewer), [STATEMENT, SECOND]);
      await goTo(viewer, HEAD, 'axial', [0, 0, 7]);
      await viewer.page.getByRole('button', { name: 'Theirs: This slice (8)', exact: true }).click();
      assert.deepEqual(voxelsOf((await edits(viewer))[1], 5), ['15,10,7', '16,10,7']);
      await viewer.page.getByRole('button', { name: 'Theirs: Everything', exact: true }).click();
      const last = (await edits(viewer))[2];
      assert.deepEqual(
        last?.fields.filter(({ field }) => field === 'patient'),
        [{ field: 'patient', subtype: 'SAH', before: true, after: false }],
      );
      await viewer.page.locator('.banner.merge').waitFor({ state: 'hidden' });
      assert.equal(await viewer.page.locator('[data-section="conflicts"]').isVisible(), false);
    });
  });

  it('are listed lesion by lesion, and go back to what was there before both', async () => {
    // The mask joins the two places to one lesion.
    const bridge = [4, 5, 6].map((slice) => ({ slice, runs: [4, 7, 5, 1, 4, 8, 5, 10, 4, 9, 15, 1] }));
    await withMerge(async (viewer) => {
      assert.deepEqual(await rows(viewer), [STATEMENT, BOTH]);
      await viewer.page.getByRole('button', { name: `Base: ${BOTH}`, exact: true }).click();
      const [taken] = await edits(viewer);
      assert.equal(taken?.label, 'Take Base');
      assert.deepEqual(voxelsOf(taken, 0), ['4,6,2', '4,6,3', '5,6,2', '5,6,3', '5,7,3', '6,6,2', '6,6,3']);
      assert.deepEqual(voxelsOf(taken, 5), ['15,10,7', '16,10,7']);
      assert.deepEqual(await rows(viewer), [STATEMENT]);
    }, bridge);
  });

  it('are decided by painting over them', async () => {
    await withMerge(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [15, 10, 7]);
      await viewer.command('chooseSubtype', 3);
      await viewer.command('useBrush');
      await drag(viewer, HEAD, 'axial', [
        [14, 10, 7],
        [17, 10, 7],
      ]);
      const [painted] = await edits(viewer);
      assert.ok(voxelsOf(painted, 3).includes('15,10,7'));
      assert.deepEqual(await rows(viewer), [STATEMENT, FIRST]);
      await onHost(viewer, 'undo');
      assert.deepEqual(await rows(viewer), [STATEMENT, FIRST, SECOND]);
    });
  });
});
