import assert from 'node:assert/strict';
import type { ViewStatus } from '../../src/protocol/view';
import { niftiFile } from '../fixtures/nifti-files';
import { openViewer, type ViewerOptions, type ViewerPage } from './lib/viewer-page';

/** 16 x 12 x 10 voxels of 2 x 2 x 4 mm, every slice with a bright column of its own. */
const columns = (): Uint8Array =>
  niftiFile({
    dims: [16, 12, 10],
    pixdim: [2, 2, 4],
    sform: [-2, 0, 0, 15, 0, -2, 0, 11, 0, 0, 4, 0],
    value: (n) => (n % 16 === Math.floor(n / 192) + 2 ? 100 : -1000),
  });

/** Black and white slices in turn, each 1.4 mm further to the front than the one below, as under a tilted gantry. */
const tilted = (): Uint8Array =>
  niftiFile({
    dims: [16, 12, 10],
    pixdim: [2, 2, 4],
    sform: [-2, 0, 0, 15, 0, -2, 1.4, 11, 0, 0, 4, 0],
    value: (n) => (Math.floor(n / 192) % 2 === 0 ? -1000 : 1000),
  });

const scan = (bytes: Uint8Array): ViewerOptions['scan'] => ({ kind: 'nifti', files: { 'scan.nii': bytes } });

interface WithContexts {
  contexts: WebGL2RenderingContext[];
  refuse: boolean;
}

/** Keeps every WebGL context that the page makes, and refuses new ones when told to. */
function keepContexts(): void {
  const kept = Object.assign(window, { contexts: [], refuse: false }) as unknown as WithContexts;
  const { getContext } = HTMLCanvasElement.prototype;
  function recording(this: HTMLCanvasElement, kind: string, options?: unknown): unknown {
    if (kind === 'webgl2' && kept.refuse) return null;
    const context = getContext.call(this, kind, options);
    if (context instanceof WebGL2RenderingContext) kept.contexts.push(context);
    return context;
  }
  HTMLCanvasElement.prototype.getContext = recording as typeof getContext;
}

const loseContexts = (viewer: ViewerPage, refuse: boolean): Promise<number> =>
  viewer.page.evaluate((refused) => {
    const kept = window as unknown as WithContexts;
    kept.refuse = refused;
    const alive = kept.contexts.filter((context) => !context.isContextLost());
    for (const context of alive) context.getExtension('WEBGL_lose_context')?.loseContext();
    return alive.length;
  }, refuse);

/** Waits until the axial picture has its bright pixels where they were. */
async function untilBrightAt(viewer: ViewerPage, expected: Awaited<ReturnType<ViewerPage['bright']>>): Promise<void> {
  for (let n = 0; n < 50; n++) {
    const found = await viewer.bright('axial');
    if (found && expected && Math.abs(found.x - expected.x) < 1 && Math.abs(found.y - expected.y) < 1) return;
    await viewer.settled();
  }
  assert.deepEqual(await viewer.bright('axial'), expected);
}

describe('a lost WebGL context', () => {
  for (const [refuse, rendering] of [
    [false, 'gpu'],
    [true, 'cpu'],
  ] as const) {
    it(`is replaced ${refuse ? 'by the CPU where there is no other' : 'by another one'}`, async () => {
      const viewer = await openViewer({ scan: scan(columns()), before: keepContexts });
      try {
        await viewer.ready();
        await viewer.command('goToSlice', 8);
        const expected = await viewer.bright('axial');
        assert.ok(expected);
        await viewer.command('goToSlice', 1);
        assert.ok((await loseContexts(viewer, refuse)) > 0, 'there is a context to lose');
        await viewer.command('goToSlice', 8);
        await untilBrightAt(viewer, expected);
        assert.equal((await viewer.last<ViewStatus>('view/status'))?.rendering, rendering);
      } finally {
        await viewer.close();
      }
    });
  }
});

describe('the picture', () => {
  it('of a plane across tilted slices is interpolated, or not', async () => {
    const grays = async (interpolation: boolean): Promise<number> => {
      const window = { name: 'Wide', center: 0, width: 2000 };
      const settings = { interpolation, layout: 'sagittal', presets: [window] } as const;
      const viewer = await openViewer({ scan: scan(tilted()), settings });
      try {
        await viewer.ready();
        return await viewer.page.evaluate(() => {
          const canvas = document.querySelector<HTMLCanvasElement>('[data-plane="sagittal"] .cornerstone-canvas');
          const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          let count = 0;
          for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 0) > 8 && (data[at] ?? 0) < 247) count++;
          return count;
        });
      } finally {
        await viewer.close();
      }
    };
    const [nearest, linear] = [await grays(false), await grays(true)];
    assert.ok(nearest < linear / 100, `${nearest} gray pixels, ${linear} where interpolated`);
  });
});
