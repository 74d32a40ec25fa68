/**
 * The scan editor's page in a real browser, with a host played inside the page (`fake-host.js`) and
 * files served under the content security policy of the extension.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumFlags, chromiumFlagsWithoutWebgl, ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { inRoot } from '../../../scripts/lib/paths.mjs';
import { bySubtype } from '../../../src/core/annotation/annotation';
import type { SliceRuns } from '../../../src/core/annotation/runs';
import type { AnnotationFields } from '../../../src/core/document/fields';
import type { ClassificationView } from '../../../src/protocol/classification';
import type { ViewSettings } from '../../../src/protocol/view';

export interface ScanFiles {
  /** Name to bytes. A function gives them late, or throws to have them refused. */
  readonly files: Readonly<Record<string, Uint8Array | (() => Promise<Uint8Array>)>>;
  readonly kind: 'nifti' | 'dicom';
  /** The opened file; the first by default. */
  readonly opened?: string;
}

export interface ViewerOptions {
  readonly scan: ScanFiles;
  readonly settings?: Partial<ViewSettings>;
  readonly masks?: readonly { readonly slice: number; readonly runs: readonly number[] }[];
  readonly annotation?: unknown;
  /** What a classifier has said of the scan, as the host has it. */
  readonly classification?: ClassificationView;
  readonly webgl?: boolean;
  readonly size?: { width: number; height: number };
  /** Runs in the page before its own scripts. */
  readonly before?: () => void;
}

const NOTHING_STATED: AnnotationFields = {
  made: [],
  patient: bySubtype(() => null),
  review: { state: 'draft' },
  slices: [],
};

export const SETTINGS: ViewSettings = {
  presets: [
    { name: 'Brain', center: 40, width: 80 },
    { name: 'Subdural', center: 80, width: 200 },
    { name: 'Bone', center: 600, width: 2800 },
  ],
  subtypeColors: ['#E69F00', '#56B4E9', '#009E73', '#D55E00', '#CC79A7'],
  overlayOpacity: 0.4,
  interpolation: false,
  layout: 'axial',
};

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.html': 'text/html',
  '.ttf': 'font/ttf',
};

const browsers = new Map<boolean, Promise<Browser>>();
const open = new Set<{ context: BrowserContext; server: Server }>();

/** Closes what is still open. */
export async function endSession(): Promise<void> {
  for (const { context, server } of open) {
    await context.close();
    server.close();
  }
  for (const browser of browsers.values()) await (await browser).close();
}

/** The browser that the tests of a run share. */
export async function browserFor(webgl: boolean): Promise<Browser> {
  const known = browsers.get(webgl);
  if (known) return known;
  const args = webgl ? chromiumFlags : chromiumFlagsWithoutWebgl;
  const started = ensureChromium().then((executablePath) => chromium.launch({ executablePath, args }));
  browsers.set(webgl, started);
  return started;
}

/** The page's HTML, as `src/extension/editor/html.ts` makes it, after the fake host. */
function html(origin: string): string {
  const policy = [
    `default-src 'none'`,
    `script-src ${origin} 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `connect-src ${origin} blob: data:`,
    `img-src ${origin} blob: data:`,
    `font-src ${origin}`,
    `style-src ${origin} 'unsafe-inline'`,
  ].join('; ');
  return `<!DOCTYPE html><html><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/dist/webview.css">
<link rel="preload" as="fetch" crossorigin="anonymous" href="/dist/worker.js"></head>
<body><div id="root"></div><script src="/fake-host.js"></script>
<script type="module" src="/dist/webview.js"></script></body></html>`;
}

/** Opens a scan in the page. */
export async function openViewer(options: ViewerOptions): Promise<ViewerPage> {
  const { scan } = options;
  const names = Object.keys(scan.files);
  const opened = scan.opened ?? names[0] ?? '';
  const sizeOf = (name: string): number => {
    const content = scan.files[name];
    return content instanceof Uint8Array ? content.length : 0;
  };
  const remote = (name: string): unknown => ({ url: `/scan/${name}`, name, size: sizeOf(name) });
  const ready = {
    name: opened,
    source:
      scan.kind === 'nifti'
        ? { kind: 'nifti', file: remote(opened) }
        : { kind: 'dicom', opened: remote(opened), more: true },
    series: scan.kind === 'dicom' ? names.map(remote) : undefined,
    settings: { ...SETTINGS, ...options.settings },
    assets: { workerUrl: '/dist/worker.js', codecsUrl: '/dist/codecs/' },
    classification: options.classification,
    annotation:
      options.annotation ??
      (options.masks
        ? {
            state: 'shown',
            file: 'scan.ich.json',
            slices: options.masks satisfies readonly LooseRuns[],
            fields: NOTHING_STATED,
            revision: 0,
          }
        : { state: 'none' }),
  };
  const server = createServer((request, response) => {
    const address = decodeURI(new URL(request.url ?? '/', 'http://host').pathname);
    const send = (body: string | Uint8Array, type = 'application/octet-stream'): void => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    };
    const answer = async (): Promise<void> => {
      if (address === '/') send(html(`http://${request.headers.host}`), TYPES['.html']);
      else if (address === '/ready.json') send(JSON.stringify(ready), TYPES['.json']);
      else if (address === '/fake-host.js') send(readFileSync(inRoot('test/browser/lib/fake-host.js')), TYPES['.js']);
      else if (address === '/favicon.ico') send('');
      else if (address.startsWith('/scan/')) {
        const content = scan.files[address.slice('/scan/'.length)];
        if (!content) throw new Error(`no file ${address}`);
        send(content instanceof Uint8Array ? content : await content());
      } else send(readFileSync(inRoot(address.slice(1))), TYPES[path.extname(address)]);
    };
    answer().catch(() => {
      response.writeHead(404);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await browserFor(options.webgl ?? true);
  const context = await browser.newContext({ viewport: options.size ?? { width: 800, height: 600 } });
  if (options.before) await context.addInitScript(options.before);
  // The longest anything may take before it counts as hung; nothing fails because a machine is slow.
  context.setDefaultTimeout(100_000);
  const page = await context.newPage();
  const handle = { context, server };
  open.add(handle);
  const viewer = new ViewerPage(page, async () => {
    open.delete(handle);
    await context.close();
    server.close();
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return viewer;
}

type LooseRuns = Omit<SliceRuns, 'runs'> & { readonly runs: readonly number[] };

interface FakeHost {
  readonly received: { method?: string; params?: unknown }[];
  notify(method: string, params: unknown): void;
}

export interface Blob {
  /** Centre of the bright pixels in CSS pixels from the pane's corner, and the box around them. */
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What a test does with the page. */
export class ViewerPage {
  /** What the browser's console said: errors, and refusals by the content security policy. */
  readonly complaints: string[] = [];

  constructor(
    readonly page: Page,
    readonly close: () => Promise<void>,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Waits until the scan is whole and cornerstone has painted it. */
  async ready(): Promise<void> {
    await this.page.waitForSelector('.cover[data-stage="ready"]', { state: 'attached' });
    await this.page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLElement>('.pane')].every(
        (pane) => pane.hidden || (pane.querySelector('.cornerstone-canvas') && !pane.querySelector('.poster')),
      ),
    );
    await this.settled();
  }

  /** Waits until what has been asked for has been drawn. */
  async settled(): Promise<void> {
    await this.page.evaluate(async () => {
      for (let n = 0; n < 6; n++) await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }

  async command(command: string, argument?: string | number): Promise<void> {
    await this.page.evaluate(
      (params) => (window as unknown as { fakeHost: FakeHost }).fakeHost.notify('view/command', params),
      { command, argument },
    );
    await this.settled();
  }

  async notify(method: string, params: unknown): Promise<void> {
    await this.page.evaluate(
      ([name, value]) => (window as unknown as { fakeHost: FakeHost }).fakeHost.notify(name as string, value),
      [method, params] as const,
    );
    await this.settled();
  }

  /** The last message of a kind that the page has sent to the host. */
  async last<T>(method: string): Promise<T | undefined> {
    const all = await this.page.evaluate(() => (window as unknown as { fakeHost: FakeHost }).fakeHost.received);
    return all.findLast((message) => message.method === method)?.params as T | undefined;
  }

  /** The pane of a plane: place and size on the page, CSS pixels. */
  async pane(plane: string): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.page.locator(`[data-plane="${plane}"]`).boundingBox();
    if (!box) throw new Error(`The ${plane} pane is not shown.`);
    return box;
  }

  /**
   * Pixels of a pane's canvas that are brighter than 128 in a channel.
   * @param layer 'picture' for what cornerstone drew, 'mask' for the overlay, 'poster' for the first picture.
   */
  bright(plane: string, layer: 'picture' | 'mask' | 'poster' = 'picture'): Promise<Blob | undefined> {
    return this.page.evaluate(
      ([name, what]) => {
        const selector = { picture: '.cornerstone-canvas', mask: 'canvas.mask', poster: 'canvas.poster' }[what];
        const canvas = document.querySelector<HTMLCanvasElement>(`[data-plane="${name}"] ${selector}`);
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
        if (!canvas || !data) return undefined;
        let [sumX, sumY, count] = [0, 0, 0];
        let [left, right, top, bottom] = [canvas.width, 0, canvas.height, 0];
        for (let y = 0; y < canvas.height; y++) {
          for (let x = 0; x < canvas.width; x++) {
            const at = 4 * (y * canvas.width + x);
            if (Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) < 128 || !data[at + 3]) continue;
            sumX += x + 0.5;
            sumY += y + 0.5;
            count++;
            left = Math.min(left, x);
            right = Math.max(right, x + 1);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y + 1);
          }
        }
        if (count === 0) return undefined;
        const scale = canvas.clientWidth / canvas.width;
        return {
          x: (sumX / count) * scale,
          y: (sumY / count) * scale,
          left: left * scale,
          right: right * scale,
          top: top * scale,
          bottom: bottom * scale,
        };
      },
      [plane, layer] as const,
    );
  }
}
