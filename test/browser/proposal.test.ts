import assert from 'node:assert/strict';
import { CandidateBuilder } from '../../src/core/model/candidates';
import type { Decision } from '../../src/protocol/proposal';
import { niftiFile } from '../fixtures/nifti-files';
import { goTo, type Head, placeOf, refuse, type Voxel } from './lib/painter';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

/** 24 x 20 x 10 voxels of 2 x 2 x 4 mm, 0.016 mL each. */
const HEAD: Head = { size: [24, 20, 10], spacing: [2, 2, 4], reversed: false };
/** IPH, sure: 6 x 6 voxels on slices 3 to 5. */
const inBlock = (i: number, j: number, k: number): boolean => i >= 6 && i < 12 && j >= 6 && j < 12 && k >= 3 && k < 6;
/** SDH, fainter: 4 x 4 voxels on slice 7. */
const inSpot = (i: number, j: number, k: number): boolean => i >= 16 && i < 20 && j >= 8 && j < 12 && k === 7;

const IPH = 4;
const SDH = 2;

interface FakeHost {
  readonly received: { method?: string; params?: unknown }[];
  propose(shown: unknown): void;
  decided(id: string, places: unknown): void;
}

/** A view as `fake-host.js` takes it. */
function proposed(part: { threshold?: number; id?: string; seen?: readonly number[] } = {}): unknown {
  const builder = new CandidateBuilder(HEAD.size);
  for (let k = 0; k < 10; k++)
    for (let j = 0; j < 20; j++)
      for (let i = 0; i < 24; i++) {
        if (inBlock(i, j, k)) builder.add(k, j * 24 + i, 0.9, IPH);
        if (inSpot(i, j, k)) builder.add(k, j * 24 + i, 0.4, SDH);
      }
  const candidates = builder.finish();
  return {
    id: part.id ?? 'first',
    threshold: part.threshold ?? 0.5,
    mode: 'add',
    proposal: {
      image: {},
      model: { name: 'tiny', version: '1.2.0', sha256: 'cd', provider: 'cpu' },
      defaultThreshold: 0.5,
      minimumVolume: 0,
      decided: [],
      ...(part.seen ? { seen: part.seen } : {}),
      candidates: {
        size: candidates.size,
        slices: candidates.slices.map(({ slice, runs, probability, subtype }) => ({
          slice,
          runs: [...runs],
          probability: [...probability],
          subtype: [...subtype],
        })),
      },
    },
  };
}

async function propose(viewer: ViewerPage, shown: unknown): Promise<void> {
  await viewer.page.evaluate((view) => (window as unknown as { fakeHost: FakeHost }).fakeHost.propose(view), shown);
  await viewer.settled();
}

async function withHead(work: (viewer: ViewerPage) => Promise<void>, more: Partial<ViewerOptions> = {}): Promise<void> {
  const file = niftiFile({
    dims: HEAD.size,
    pixdim: HEAD.spacing,
    sform: [-2, 0, 0, 23, 0, -2, 0, 19, 0, 0, 4, 0],
    value: () => 30,
  });
  const viewer = await openViewer({
    scan: { kind: 'nifti', files: { 'head.nii': file } },
    masks: [],
    size: { width: 900, height: 760 },
    ...more,
  });
  try {
    await viewer.ready();
    await work(viewer);
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.close();
  }
}

/** Text of the rows of the list, a line each, once there are as many. */
async function rows(viewer: ViewerPage, count: number): Promise<string[]> {
  await viewer.page.waitForFunction(
    (wanted) => document.querySelectorAll('.proposed-lesions .row').length === wanted,
    count,
  );
  const texts = await viewer.page.locator('.proposed-lesions .row-text').allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
}

/** The decisions that the host was asked for. */
function decisions(viewer: ViewerPage): Promise<Decision[]> {
  return viewer.page.evaluate(() =>
    (window as unknown as { fakeHost: FakeHost }).fakeHost.received
      .filter(({ method }) => method === 'proposal/decide')
      .map(({ params }) => params as Decision),
  );
}

const volumes = (viewer: ViewerPage): Promise<string[]> => viewer.page.locator('.proposal-volumes li').allInnerTexts();

/** Whether anything of the proposal is drawn within a voxel of a plane, and in which color it is strongest. */
async function inkAt(viewer: ViewerPage, plane: 'axial' | 'coronal' | 'sagittal', voxel: Voxel): Promise<number[]> {
  await goTo(viewer, HEAD, plane, voxel);
  const box = await viewer.pane(plane);
  const { x, y } = await placeOf(viewer, HEAD, plane, voxel);
  return viewer.page.evaluate(
    ([name, left, top]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`[data-plane="${name}"] canvas.proposed`);
      const context = canvas?.getContext('2d');
      if (!canvas || !context) return [];
      const ratio = canvas.width / canvas.clientWidth;
      const { data } = context.getImageData((left - 6) * ratio, (top - 6) * ratio, 12 * ratio, 12 * ratio);
      let best = [0, 0, 0, 0];
      for (let n = 0; n < data.length; n += 4) {
        const pixel = [...data.subarray(n, n + 4)];
        const bright = (pixel[0] ?? 0) + (pixel[1] ?? 0) + (pixel[2] ?? 0);
        if ((pixel[3] ?? 0) > 250 && bright > (best[0] ?? 0) + (best[1] ?? 0) + (best[2] ?? 0)) best = pixel;
      }
      return best;
    },
    [plane, x - box.x, y - box.y] as const,
  );
}

describe('a proposal in the page', () => {
  it('is drawn in its subtype’s color in all three planes, and gone when the host says so', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed());
      await rows(viewer, 1);
      for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
        assert.deepEqual(await inkAt(viewer, plane, [8, 8, 4]), [0xd5, 0x5e, 0x00, 255], plane);
        assert.deepEqual(await inkAt(viewer, plane, [18, 16, 4]), [0, 0, 0, 0], plane);
      }
      await propose(viewer, null);
      await viewer.page.waitForSelector('.proposal-card', { state: 'hidden' });
      assert.deepEqual(await inkAt(viewer, 'axial', [8, 8, 4]), [0, 0, 0, 0]);
    });
  });

  it('says what it is, how much, and that it is for research', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed());
      assert.deepEqual(await rows(viewer, 1), ['1 IPH 1.7 mL 4-6']);
      assert.deepEqual(await volumes(viewer), ['IPH 1.7 mL']);
      const card = (await viewer.page.locator('.proposal-card').textContent()) ?? '';
      assert.match(card, /tiny 1\.2\.0 \(CPU\)/);
      assert.match(card, /For research\. Not a medical device\./);
      assert.match(card, /Nothing is saved before you accept it\./);
    });
  });

  it('follows the threshold by keyboard, tells the host, and goes back to the model’s own', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed());
      await rows(viewer, 1);
      const slider = viewer.page.locator('.proposal-card input[type=range]');
      await slider.focus();
      for (let n = 0; n < 12; n++) await viewer.page.keyboard.press('ArrowLeft');
      assert.deepEqual(await rows(viewer, 2), ['1 IPH 1.7 mL 4-6', '2 SDH 0.26 mL 8']);
      assert.deepEqual(await volumes(viewer), ['SDH 0.26 mL', 'IPH 1.7 mL']);
      assert.deepEqual(await viewer.last('proposal/set'), { id: 'first', threshold: 0.38, mode: 'add' });
      assert.equal(await slider.getAttribute('aria-valuetext'), '38 %, 2.0 mL');
      await viewer.page.locator('.proposal-card [title="The model\'s own threshold"]').click();
      await rows(viewer, 1);
      assert.deepEqual(await viewer.last('proposal/set'), { id: 'first', threshold: 0.5, mode: 'add' });
    });
  });

  it('says when nothing is proposed at a threshold', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed({ threshold: 0.95 }));
      await viewer.page.waitForSelector('text=No blood at this threshold.');
      const accept = viewer.page.locator('.proposal-row vscode-button').first();
      assert.notEqual(await accept.getAttribute('disabled'), null);
      // Replacing by nothing is a decision too.
      await viewer.page.locator('.proposal-mode select').selectOption('replace');
      assert.equal(await accept.getAttribute('disabled'), null);
    });
  });

  it('asks the host for what a button says, with the threshold, the mode and what is locked', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed({ threshold: 0.3 }));
      await rows(viewer, 2);
      await viewer.page.locator('.proposal-mode select').selectOption('empty');
      await viewer.page.locator('.subtype').first().locator('vscode-button[aria-label^="Lock"]').click();
      await goTo(viewer, HEAD, 'axial', [8, 8, 4]);
      const [acceptAll, rejectAll, acceptSlice, rejectSlice] = await viewer.page
        .locator('.proposal-row vscode-button')
        .all();
      for (const button of [acceptAll, rejectAll, acceptSlice, rejectSlice]) await button?.click();
      await viewer.page.locator('.proposed-lesions .row').nth(1).locator('[title^="Accept"]').click();
      await viewer.page.locator('.proposed-lesions .row').nth(0).locator('[title^="Reject"]').click();
      await viewer.settled();
      const common = { id: 'first', threshold: 0.3, mode: 'empty', locked: [1] };
      assert.deepEqual(await decisions(viewer), [
        { ...common, decision: 'accept', scope: { kind: 'all' } },
        { ...common, decision: 'reject', scope: { kind: 'all' } },
        { ...common, decision: 'accept', scope: { kind: 'slice', slice: 4 } },
        { ...common, decision: 'reject', scope: { kind: 'slice', slice: 4 } },
        { ...common, decision: 'accept', scope: { kind: 'lesion', slice: 7, row: 8, column: 16 } },
        { ...common, decision: 'reject', scope: { kind: 'lesion', slice: 3, row: 6, column: 6 } },
      ]);
    });
  });

  it('keeps proposing what was not decided, and proposes again what is taken back', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed({ threshold: 0.3 }));
      await rows(viewer, 2);
      const decide = (places: unknown): Promise<void> =>
        viewer.page.evaluate(
          (all) => (window as unknown as { fakeHost: FakeHost }).fakeHost.decided('first', all),
          places,
        );
      await decide([{ slice: 4, runs: [0, 480] }]);
      assert.deepEqual(await rows(viewer, 3), ['1 IPH 0.58 mL 4', '2 IPH 0.58 mL 6', '3 SDH 0.26 mL 8']);
      assert.deepEqual(await inkAt(viewer, 'axial', [8, 8, 4]), [0, 0, 0, 0]);
      await decide([]);
      assert.deepEqual(await rows(viewer, 2), ['1 IPH 1.7 mL 4-6', '2 SDH 0.26 mL 8']);
    });
  });

  it('takes the lesion under the pointer for the keys’ commands, names it, and goes through lesions', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed({ threshold: 0.3 }));
      await rows(viewer, 2);
      await goTo(viewer, HEAD, 'axial', [8, 8, 4]);
      const { x, y } = await placeOf(viewer, HEAD, 'axial', [8, 8, 4]);
      await viewer.page.mouse.move(x, y);
      await viewer.page.waitForSelector('text=proposed IPH, 1.7 mL (A accepts, Delete rejects)');
      await viewer.command('acceptProposedLesion');
      await viewer.page.mouse.move(5, 5);
      await viewer.command('goToSlice', 1);
      await viewer.command('nextProposedLesion');
      assert.match((await viewer.page.locator('.lower-left').first().textContent()) ?? '', /slice 5\/10/);
      await viewer.command('nextProposedLesion');
      assert.match((await viewer.page.locator('.lower-left').first().textContent()) ?? '', /slice 8\/10/);
      await viewer.command('rejectProposedLesion');
      await viewer.command('acceptProposalOnSlice');
      await viewer.command('rejectProposal');
      assert.deepEqual(
        (await decisions(viewer)).map(({ decision, scope }) => [decision, scope]),
        [
          ['accept', { kind: 'lesion', slice: 3, row: 6, column: 6 }],
          ['reject', { kind: 'lesion', slice: 7, row: 8, column: 16 }],
          ['accept', { kind: 'slice', slice: 7 }],
          ['reject', { kind: 'all' }],
        ],
      );
    });
  });

  it('says why a decision was refused', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed());
      await rows(viewer, 1);
      await refuse(viewer, 'This proposal is not there any more.');
      await viewer.command('acceptProposal');
      await viewer.page.waitForSelector('.tool-message:has-text("This proposal is not there any more.")');
    });
  });

  it('outlines the lesion that the pointer is on in the list, and goes there by a click', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed({ threshold: 0.3 }));
      await rows(viewer, 2);
      const spot = viewer.page.locator('.proposed-lesions .row').nth(1);
      await spot.locator('.row-text').click();
      await viewer.settled();
      assert.match((await viewer.page.locator('.lower-left').first().textContent()) ?? '', /slice 8\/10/);
      assert.ok(await viewer.page.locator('[data-plane="axial"] .highlight-line').first().getAttribute('d'));
    });
  });

  it('has a line above the picture while the side panel is closed', async () => {
    await withHead(
      async (viewer) => {
        await propose(viewer, proposed());
        const banner = viewer.page.locator('.proposal-banner');
        await banner.waitFor();
        assert.match((await banner.textContent()) ?? '', /tiny proposes 1\.7 mL\. For research, no medical device\./);
        await banner.getByText('Details').click();
        await viewer.page.waitForSelector('.proposal-card');
        assert.equal(await banner.isVisible(), false);
      },
      { size: { width: 420, height: 600 } },
    );
  });

  it('marks proposed slices in the strip by stripes', async () => {
    await withHead(async (viewer) => {
      const ink = (): Promise<number> =>
        viewer.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('canvas.strip');
          const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let count = 0;
          for (let n = 3; n < data.length; n += 4) if ((data[n] ?? 0) > 0) count++;
          return count;
        });
      assert.equal(await ink(), 0);
      await propose(viewer, proposed());
      await rows(viewer, 1);
      assert.ok((await ink()) > 0);
    });
  });

  it('asks for the model on the slice that is shown', async () => {
    await withHead(async (viewer) => {
      await goTo(viewer, HEAD, 'axial', [8, 8, 6]);
      await viewer.page.getByText('Segment Slice').click();
      assert.deepEqual(await viewer.last('view/invoke'), { command: 'hemorica.runSegmentationOnSlice', argument: 6 });
      await propose(viewer, proposed({ seen: [4] }));
      await viewer.page.waitForSelector('.proposal-card .model:has-text("slice 5 only")');
    });
  });

  it('shows nothing of a new run as decided on the old one', async () => {
    await withHead(async (viewer) => {
      await propose(viewer, proposed());
      await rows(viewer, 1);
      await propose(viewer, proposed({ id: 'second', threshold: 0.3 }));
      await rows(viewer, 2);
      await viewer.page.evaluate(() =>
        (window as unknown as { fakeHost: FakeHost }).fakeHost.decided('first', [{ slice: 4, runs: [0, 480] }]),
      );
      await viewer.settled();
      assert.deepEqual(await volumes(viewer), ['SDH 0.26 mL', 'IPH 1.7 mL']);
    });
  });
});
