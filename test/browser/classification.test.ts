import assert from 'node:assert/strict';
import type { Probabilities } from '../../src/core/model/classify';
import type { ClassificationView, SetLabelsParams } from '../../src/protocol/classification';
import { niftiFile } from '../fixtures/nifti-files';
import { refuse } from './lib/painter';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

const SIZE = [24, 20, 10] as const;

function scan(sform: readonly number[] = [-2, 0, 0, 23, 0, -2, 0, 19, 0, 0, 4, 0]): ViewerOptions['scan'] {
  const file = niftiFile({ dims: SIZE, pixdim: [2, 2, 4], sform, value: (n) => (n % 480 < 24 ? -1000 : 50) });
  return { kind: 'nifti', files: { 'head.nii': file } };
}

const ANY = [0, 0.1, 0.4, 0.9, 0.8, 0.3, 0.2, 0.6, 0.1, 0];
const SLICES: readonly Probabilities[] = ANY.map((any) => ({ any, SDH: any / 4, IPH: any * 0.9 }));

function view(more: Partial<ClassificationView['result']> = {}): ClassificationView {
  return {
    result: {
      model: { name: 'toy-cls', version: '2.1.0', sha256: 'c'.repeat(64), threshold: 0.5, provider: 'cpu' },
      classes: ['any', 'SDH', 'IPH'],
      thresholds: { any: 0.5, SDH: 0.5, IPH: 0.5 },
      axis: 2,
      slices: SLICES,
      patient: { any: 0.9, SDH: 0.225, IPH: 0.81 },
      aggregation: { kind: 'max' },
      ...more,
    },
  };
}

async function withView(work: (viewer: ViewerPage) => Promise<void>, more: Partial<ViewerOptions> = {}): Promise<void> {
  const viewer = await openViewer({ scan: scan(), classification: view(), size: { width: 900, height: 900 }, ...more });
  try {
    await viewer.ready();
    await work(viewer);
    assert.deepEqual(viewer.complaints, []);
  } finally {
    await viewer.close();
  }
}

/** Heights of the graph's columns as parts of the whole, beside the line of the shown slice. */
function columns(viewer: ViewerPage, count: number = SIZE[2]): Promise<number[]> {
  return viewer.page.evaluate((slices) => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.graph');
    const context = canvas?.getContext('2d');
    if (!canvas || !context) return [];
    const pitch = (canvas.clientWidth - 10) / (slices - 1);
    return Array.from({ length: slices }, (_, n) => {
      const x = Math.min(canvas.width - 1, Math.max(0, Math.round(5 + n * pitch - 3)));
      const { data } = context.getImageData(x, 0, 1, canvas.height);
      // Bars have at least the quieter of their two strengths; the dashed line is a row alone.
      let top = canvas.height;
      while (top > 0 && (data[4 * (top - 1) + 3] ?? 0) > 40) top--;
      return (canvas.height - top) / canvas.height;
    });
  }, count);
}

const shownSlice = async (viewer: ViewerPage): Promise<string> =>
  (await viewer.page.locator('[data-plane="axial"] .lower-left').textContent()) ?? '';

/** Rows of the card: finding, patient, shown slice. */
const rows = (viewer: ViewerPage): Promise<(string | null)[][]> =>
  viewer.page
    .locator('.findings tbody tr')
    .evaluateAll((all) =>
      all.map((row) =>
        [...row.querySelectorAll('th, .bar-cell .probability, td:last-child')].map((one) => one.textContent),
      ),
    );

const pointAt = async (viewer: ViewerPage, slice: number): Promise<void> => {
  const box = await viewer.page.locator('canvas.graph').boundingBox();
  if (!box) throw new Error('The graph is not shown.');
  await viewer.page.mouse.move(box.x + 5 + (slice * (box.width - 10)) / (SIZE[2] - 1), box.y + box.height / 2);
  await viewer.settled();
};

describe('the result of a classification', () => {
  it('is a graph over the slices, with figures of the patient and of the shown slice', async () => {
    await withView(async (viewer) => {
      const heights = await columns(viewer);
      for (const [n, any] of ANY.entries()) {
        assert.ok(Math.abs((heights[n] ?? 0) - any) < 0.08, `slice ${n}: ${heights[n]}, not ${any}`);
      }
      await viewer.command('goToSlice', 5);
      assert.deepEqual(await rows(viewer), [
        ['Any', '90\u00a0%', '80\u00a0%'],
        ['SDH', '23\u00a0%', '20\u00a0%'],
        ['IPH', '81\u00a0%', '72\u00a0%'],
      ]);
      const card = viewer.page.getByRole('region', { name: 'Classification' });
      const text = (await card.textContent()) ?? '';
      for (const part of ['toy-cls 2.1.0 (CPU)', 'Slice 5', '3 of 10 slices suspected', 'Not a medical device'])
        assert.ok(text.includes(part), `${part} in ${text}`);
      const graph = viewer.page.getByRole('img', { name: /Probability of blood by slice: 3 of 10 slices reach 50/ });
      assert.equal(await graph.count(), 1);
    });
  });

  it('names the slice under the pointer, and goes there with a click', async () => {
    await withView(async (viewer) => {
      await pointAt(viewer, 7);
      const reading = viewer.page.locator('.graph-reading');
      assert.equal((await reading.textContent())?.replaceAll('\u00a0', ' '), 'Slice 8: Any 60 %, IPH 54 %, SDH 15 %');
      await viewer.page.mouse.down();
      await viewer.page.mouse.up();
      await viewer.settled();
      assert.match(await shownSlice(viewer), /^slice 8\/10/);
      await viewer.page.mouse.move(200, 200);
      await viewer.settled();
      assert.equal(await reading.isVisible(), false);
      const title = viewer.page.locator('canvas.strip');
      await title.hover({ position: { x: 5, y: 5 } });
      assert.match((await title.getAttribute('title')) ?? '', /^Slice 1: Any 0/);
    });
  });

  it('draws a subtype while it is pointed at in the card', async () => {
    await withView(async (viewer) => {
      const vermilion = (): Promise<number> =>
        viewer.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('canvas.graph');
          const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let count = 0;
          for (let n = 0; n < data.length; n += 4)
            if (data[n] === 0xd5 && data[n + 1] === 0x5e && data[n + 2] === 0) count++;
          return count;
        });
      assert.equal(await vermilion(), 0);
      await viewer.page.locator('[data-finding="IPH"]').hover();
      await viewer.settled();
      assert.ok((await vermilion()) > 50);
      await viewer.page.mouse.move(200, 200);
      await viewer.settled();
      assert.equal(await vermilion(), 0);
    });
  });

  it('is gone through by key and by button, as far as the threshold goes', async () => {
    await withView(async (viewer) => {
      await viewer.command('firstSlice');
      const seen: string[] = [];
      for (let n = 0; n < 4; n++) {
        await viewer.command('nextSuspectedSlice');
        seen.push((await shownSlice(viewer)).slice(0, 8));
      }
      assert.deepEqual(seen, ['slice 4/', 'slice 5/', 'slice 8/', 'slice 4/']);
      await viewer.command('previousSuspectedSlice');
      assert.match(await shownSlice(viewer), /^slice 8\//);
      const slider = viewer.page.getByRole('slider', { name: /^Threshold/ });
      await slider.fill('85');
      await viewer.settled();
      assert.deepEqual(await viewer.last('classification/threshold'), { threshold: 0.85 });
      await viewer.page.getByRole('button', { name: 'Next slice that the model suspects' }).click();
      await viewer.settled();
      assert.match(await shownSlice(viewer), /^slice 4\//);
      await viewer.page.getByText('1 of 10 slices suspected').waitFor();
      await viewer.page.getByRole('button', { name: "The model's own threshold" }).click();
      assert.deepEqual(await viewer.last('classification/threshold'), {});
      await viewer.page.getByText('3 of 10 slices suspected').waitFor();
    });
  });

  it('becomes labels when the user says so, added or in place of those that are there', async () => {
    await withView(async (viewer) => {
      const set = viewer.page.getByRole('button', { name: 'Set Labels' });
      assert.equal(await viewer.last('classification/setLabels'), undefined);
      await set.click();
      assert.deepEqual(await viewer.last('classification/setLabels'), { mode: 'merge' } satisfies SetLabelsParams);
      await viewer.page.getByRole('slider', { name: /^Threshold/ }).fill('30');
      await viewer.page.getByRole('radio', { name: /^Replace all labels/ }).click();
      await set.click();
      assert.deepEqual(await viewer.last('classification/setLabels'), { threshold: 0.3, mode: 'replace' });
      await refuse(viewer, 'The annotation is open elsewhere.');
      await set.click();
      await viewer.page.getByText('The annotation is open elsewhere.').first().waitFor({ state: 'attached' });
    });
  });

  it('needs a word of the user where the model tells no subtypes apart', async () => {
    const slices = ANY.map((any) => ({ any }));
    const binary = view({ classes: ['any'], thresholds: { any: 0.5 }, slices, patient: { any: 0.9 } });
    await withView(
      async (viewer) => {
        const set = viewer.page.getByRole('button', { name: 'Set Labels' });
        assert.equal(await set.isEnabled(), false);
        await viewer.page.getByLabel(/^What blood is called/).selectOption('SDH');
        await set.click();
        assert.deepEqual(await viewer.last('classification/setLabels'), { mode: 'merge', subtype: 'SDH' });
        // With subtypes there is nothing to say.
        await viewer.notify('classification/changed', view());
        assert.equal(await viewer.page.getByLabel(/^What blood is called/).isVisible(), false);
        await set.click();
        assert.deepEqual(await viewer.last('classification/setLabels'), { mode: 'merge' });
      },
      { classification: binary },
    );
  });

  it('stays until it is dismissed, also when the page is made anew', async () => {
    await withView(async (viewer) => {
      await viewer.page.reload();
      await viewer.ready();
      await viewer.page.getByText('3 of 10 slices suspected').waitFor();
      await viewer.page.getByRole('button', { name: 'Dismiss the classification' }).click();
      await viewer.page.waitForFunction(() =>
        (window as unknown as { fakeHost: { received: { method?: string }[] } }).fakeHost.received.some(
          ({ method }) => method === 'classification/dismiss',
        ),
      );
      await viewer.notify('classification/changed', null);
      assert.equal(await viewer.page.locator('canvas.graph').isVisible(), false);
      assert.equal(await viewer.page.getByRole('region', { name: 'Classification' }).isVisible(), false);
    });
  });

  it('is over the axial plane for a scan that is stored in other slices', async () => {
    // i to the right, j to the head, k to the back: the model sees axial pictures, one for each j.
    const coronal = scan([-2, 0, 0, 23, 0, 0, -4, 19, 0, 2, 0, 0]);
    const slices = Array.from({ length: 20 }, (_, j) => ({ any: j === 15 ? 0.9 : 0.1 }));
    const result = view({ axis: 1, classes: ['any'], thresholds: { any: 0.5 }, slices, patient: { any: 0.9 } });
    await withView(
      async (viewer) => {
        await viewer.command('setLayout', 'axial');
        await viewer.page.getByText('only labels of the patient are set').waitFor();
        await viewer.command('nextSuspectedSlice');
        assert.match(await shownSlice(viewer), /z 30\.0 mm/);
        assert.equal((await columns(viewer, 20)).filter((height) => height > 0.5).length, 1);
        await viewer.command('setLayout', 'coronal');
        assert.ok((await columns(viewer, 20)).every((height) => height < 0.05));
      },
      { scan: coronal, classification: result },
    );
  });

  it('fits narrow editors', async () => {
    await withView(
      async (viewer) => {
        assert.equal(await viewer.page.locator('canvas.graph').isVisible(), true);
        const wide = await viewer.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        assert.equal(wide, false);
        await pointAt(viewer, 9);
        const box = await viewer.page.locator('.graph-reading').boundingBox();
        assert.ok(box && box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
      },
      { size: { width: 360, height: 600 } },
    );
  });
});
