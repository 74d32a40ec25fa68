/**
 * From the command that opens a scan to its first windowed slice on the screen, in a real VS Code,
 * beside the same of an empty custom editor. All times are the browser's: from the key press to the later of two events, the page's first painted picture and its frame becoming visible.
 */
import { createReadStream, readFileSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import dicomParser from 'dicom-parser';
import type { Frame, Page } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { endSession } from '../../test/e2e/lib/session';
import { waitFor } from '../../test/e2e/lib/wait';
import { startWorkbench, type Workbench } from '../../test/e2e/lib/workbench';
import { median, report } from '../lib/report';
import { benchScans } from '../lib/scans';

/** Rounds that count, after one that does not: the first opening starts the extensions. */
const ROUNDS = Number(process.env.HEMORICA_BENCH_ROUNDS ?? 7);
const SLICE_BYTES = 512 * 512 * 2;

const scans = benchScans();
const DICOM_NAME = 'IM0018.dcm';
/** The keys that the extension in bench/empty-editor opens the files with. */
const keys = {
  empty: 'Control+Alt+1',
  'NIfTI gz 34 slices': 'Control+Alt+2',
  'NIfTI gz 400 slices': 'Control+Alt+3',
  'DICOM 34 slices': 'Control+Alt+4',
  'DICOM 400 slices': 'Control+Alt+5',
} as const;
type Case = keyof typeof keys;
const cases = Object.keys(keys) as Case[];

/** Reading and decoding of the first slice with nothing around it, ms. */
async function bare(name: Case): Promise<number> {
  const start = performance.now();
  if (name.startsWith('NIfTI')) {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of createReadStream(scans.nifti[name.includes('400') ? 400 : 34]).pipe(createGunzip())) {
      parts.push(part as Buffer);
      length += (part as Buffer).length;
      if (length >= 352 + SLICE_BYTES) break;
    }
    Uint8Array.from(Buffer.concat(parts).subarray(352, 352 + SLICE_BYTES));
  } else {
    const bytes = readFileSync(path.join(scans.dicom[name.includes('400') ? 400 : 34], DICOM_NAME));
    const pixels = dicomParser.parseDicom(bytes).elements.x7fe00010;
    if (!pixels) throw new Error(`${name} has no pixels.`);
    Uint8Array.from(bytes.subarray(pixels.dataOffset, pixels.dataOffset + pixels.length));
  }
  return performance.now() - start;
}

/** Runs in every frame: notes when a webview's page becomes visible, which VS Code does by giving its frame this name. */
function watchFrames(): void {
  if (!location.pathname.endsWith('/index.html')) return;
  new MutationObserver((_changes, observer) => {
    if (!document.getElementById('active-frame')) return;
    observer.disconnect();
    performance.mark('bench:visible');
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['id'] });
}

/** When a mark was set, ms since 1970; undefined while it is not. */
async function markTime(frame: Frame, name: string): Promise<number | undefined> {
  return frame
    .evaluate((mark) => {
      const entry = performance.getEntriesByName(mark)[0];
      return entry && performance.timeOrigin + entry.startTime;
    }, name)
    .catch(() => undefined);
}

async function anyFrameHas(page: Page, mark: string): Promise<boolean> {
  for (const frame of page.frames()) if ((await markTime(frame, mark)) !== undefined) return true;
  return false;
}

async function paintTime(page: Page): Promise<number | undefined> {
  for (const frame of page.frames()) {
    const parent = frame.parentFrame();
    if (!parent || frame.name() === '' || !/active-frame|pending-frame/.test(frame.name())) continue;
    const painted = (await markTime(frame, 'hemorica:first-paint')) ?? (await markTime(frame, 'empty:first-paint'));
    const visible = await markTime(parent, 'bench:visible');
    if (painted !== undefined && visible !== undefined) return Math.max(painted, visible);
  }
  return undefined;
}

async function open(workbench: Workbench, name: Case): Promise<number> {
  const { page } = workbench;
  await page.evaluate(() => {
    const pressed = (event: KeyboardEvent): void => {
      Object.assign(window, { benchPressed: performance.timeOrigin + event.timeStamp });
    };
    window.addEventListener('keydown', pressed, { capture: true, once: true });
  });
  await page.keyboard.press(keys[name]);
  const painted = await waitFor(`the first picture of ${name}`, () => paintTime(page));
  // What is still on its way to a page that is gone would hold up the next one.
  if (name !== 'empty') await waitFor(`all of ${name}`, () => anyFrameHas(page, 'hemorica:decoded'));
  const pressed = await page.evaluate(() => (window as unknown as { benchPressed: number }).benchPressed);
  await workbench.runCommand('View: Close All Editors');
  await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  return painted - pressed;
}

const times = new Map<Case, number[]>(cases.map((name) => [name, []]));
const bareTimes = new Map<Case, number[]>(cases.map((name) => [name, []]));
try {
  const workbench = await startWorkbench({
    files: {
      'a.empty': Buffer.from('\n'),
      'head-34.nii.gz': scans.nifti[34],
      'head-400.nii.gz': scans.nifti[400],
      'series-34': scans.dicom[34],
      'series-400': scans.dicom[400],
    },
    alsoExtension: inRoot('bench/empty-editor'),
    everywhere: watchFrames,
  });
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of cases) {
      const time = await open(workbench, name);
      const alone = name === 'empty' ? 0 : await bare(name);
      if (round === 0) continue;
      times.get(name)?.push(time);
      bareTimes.get(name)?.push(alone);
    }
  }
} finally {
  await endSession();
}

const of = (name: Case): number => median(times.get(name) ?? []);
report({ name: 'empty custom editor', value: of('empty'), unit: 'ms' });
for (const name of cases.slice(1)) {
  const alone = median(bareTimes.get(name) ?? []);
  report({ name: `${name}, first slice`, value: of(name), unit: 'ms', most: Math.round(1.5 * of('empty') + alone) });
  report({ name: `${name}, reading and decoding the first slice alone`, value: alone, unit: 'ms' });
  report({ name: `${name}, ratio`, value: of(name) / (1.5 * of('empty') + alone), unit: 'of the aim', most: 1 });
}
report({
  name: 'DICOM 400 slices beside 34',
  value: of('DICOM 400 slices') / of('DICOM 34 slices'),
  unit: '',
  most: 1.3,
});
