/** Painting in the page: from a pointer event to the frame that shows it, on many slices and on few. */
import { encodeNifti } from '../../src/core/formats/write-nifti';
import { makePhantom } from '../../src/core/phantom/phantom';

import { endSession, openViewer, type ViewerPage } from '../../test/browser/lib/viewer-page';
import { report } from '../lib/report';

const DEPTHS = [34, 500] as const;
type Depth = (typeof DEPTHS)[number];
const ROUNDS = 4;
const MOVES = 30;
/** Milliseconds of a frame at 60 Hz. */
const FRAME = 1000 / 60;

const phantom = makePhantom({});

/** The synthetic head, its slices repeated; the height stays. */
function head(depth: Depth): Uint8Array {
  const [width, height, slices] = phantom.size;
  const plane = width * height;
  const voxels = new Int16Array(plane * depth);
  for (let k = 0; k < depth; k++) {
    const from = Math.floor((k * slices) / depth) * plane;
    voxels.set(phantom.voxels.subarray(from, from + plane), k * plane);
  }
  const [dx, dy, dz] = phantom.spacing;
  const affine = [dx, 0, 0, -120, 0, dy, 0, -120, 0, 0, (dz * slices) / depth, 0, 0, 0, 0, 1];
  return encodeNifti({ voxels, size: [width, height, depth], affine });
}

/** What the page notes of the moves of a stroke, ms. */
interface Times {
  /** From the event to the frame that shows it. */
  readonly shown: number[];
  /** What the page itself worked for it: handling the event, and drawing. */
  readonly worked: number[];
}

/** Runs in the page: notes the times of every move of the pointer while it paints. */
function watchFrames(): void {
  const times: Times = { shown: [], worked: [] };
  Object.assign(window, { paintTimes: times });
  const channel = new MessageChannel();
  const started: number[] = [];
  channel.port1.onmessage = () => {
    const now = performance.now();
    times.shown.push(...started.splice(0).map((start) => now - start));
  };
  let [handling, drawing] = [0, 0];
  // Before the page's own handlers and frame callbacks, and after them.
  window.addEventListener(
    'pointermove',
    (event) => {
      if (event.buttons !== 1) return;
      handling = performance.now();
      requestAnimationFrame(() => {
        drawing = performance.now();
      });
    },
    { capture: true },
  );
  window.addEventListener('pointermove', (event) => {
    if (event.buttons !== 1) return;
    const handled = performance.now() - handling;
    started.push(event.timeStamp);
    requestAnimationFrame(() => {
      times.worked.push(handled + performance.now() - drawing);
      // The next task comes when the frame has been painted.
      channel.port2.postMessage(undefined);
    });
  });
}

async function stroke(viewer: ViewerPage, round: number): Promise<void> {
  const { page } = viewer;
  const pane = await viewer.pane('axial');
  const at = (n: number): [number, number] => {
    const turn = (2 * Math.PI * n) / MOVES;
    return [
      pane.x + pane.width * (0.5 + 0.12 * Math.cos(turn) + 0.01 * round),
      pane.y + pane.height * (0.5 + 0.12 * Math.sin(turn)),
    ];
  };
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let n = 1; n <= MOVES; n++) await page.mouse.move(...at(n));
  await page.mouse.up();
  await viewer.settled();
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? Number.NaN;
}

const pages = new Map<Depth, ViewerPage>();
for (const depth of DEPTHS) {
  const viewer = await openViewer({
    scan: { kind: 'nifti', files: { 'head.nii': head(depth) } },
    masks: [],
    size: { width: 900, height: 700 },
  });
  viewer.page.setDefaultTimeout(180_000);
  await viewer.ready();
  await viewer.page.evaluate(watchFrames);
  await viewer.command('useBrush');
  pages.set(depth, viewer);
}
for (const [name, command] of [
  ['circle of 5 mm', undefined],
  ['sphere of 5 mm', 'toggleBrushShape'],
] as const) {
  const times = new Map<Depth, Times>(DEPTHS.map((depth) => [depth, { shown: [], worked: [] }]));
  for (const viewer of pages.values()) if (command) await viewer.command(command);
  // Taking turns, so that a busy moment of the machine hits both; the first round compiles the code.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [depth, viewer] of pages) {
      await stroke(viewer, round);
      const taken = await viewer.page.evaluate(() => {
        const { shown, worked } = (window as unknown as { paintTimes: Times }).paintTimes;
        return { shown: shown.splice(0), worked: worked.splice(0) };
      });
      if (round === 0) continue;
      times.get(depth)?.shown.push(...taken.shown);
      times.get(depth)?.worked.push(...taken.worked);
    }
  }
  const of = (depth: Depth, what: keyof Times): number => percentile95(times.get(depth)?.[what] ?? []);
  for (const depth of DEPTHS) {
    report({
      name: `${name}, ${depth} slices, event to frame, 95th percentile`,
      value: of(depth, 'shown'),
      unit: 'ms',
    });
    report({
      name: `${name}, ${depth} slices, the page's work, 95th percentile`,
      value: of(depth, 'worked'),
      unit: 'ms',
    });
  }
  for (const [what, title] of [
    ['shown', 'event to frame'],
    ['worked', "the page's work"],
  ] as const) {
    const frames = (of(500, what) - of(34, what)) / FRAME;
    report({ name: `${name}, ${title}, 500 slices behind 34`, value: frames, unit: 'frames', most: 1 });
  }
}
await endSession();
