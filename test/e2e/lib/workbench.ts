/**
 * Drives a real VS Code workbench as a person would. In a test file:
 *
 *   const workbench = useWorkbench({ files: { 'head.nii.gz': '/abs/scan.nii.gz' } });   // inside describe()
 *   it('opens a scan', async () => {
 *     await workbench().openFromExplorer('head.nii.gz');      // double click; 'series/IM1' unfolds series first
 *     const frame = await workbench().webview();              // playwright Frame of the active custom editor
 *     await frame.getByRole('slider').press('ArrowDown');
 *     await workbench().runCommand('Hemorica: Run Hemorrhage Segmentation');
 *     await waitFor('the annotation', () => existsSync(path.join(workbench().folder, 'head.ich.json')));
 *   });
 *
 * - useWorkbench opens one workbench for the tests of a describe() and closes it after them; startWorkbench opens one by hand.
 * - The workspace is a new temporary folder (`folder`), made of `copy` (a folder) and `files` (name -> absolute path of a
 *   file or folder to copy, or bytes). VS Code sees the real file system: write to `folder` to play another program.
 * - `settings` go into the machine settings, not into the workspace; `setSettings` and `setTheme` change them while it runs.
 * - `vsix` installs a packaged extension instead of loading the checkout; `webgl: false` takes WebGL away.
 * - Everything waits for what it needs; waitFor (wait.ts) is for the rest. Nothing sleeps.
 * - A failed test leaves a picture of each open workbench in out/screens.
 * - `page` is playwright's Page, for what has no method here.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { type Server, workbenchUrl } from '../../../scripts/lib/host-server.mjs';
import { inRoot, root } from '../../../scripts/lib/paths.mjs';
import { sharedBrowser, sharedServer, temporaryFolder } from './session';
import { waitFor } from './wait';

/** How a workbench starts; see the head of this file. */
export interface WorkbenchOptions {
  copy?: string;
  files?: Record<string, string | Uint8Array>;
  settings?: Record<string, unknown>;
  theme?: Theme;
  vsix?: string;
  /** Absolute folder of another extension to have installed. */
  alsoExtension?: string;
  /** Runs in every frame, those of webviews too, before its own scripts. */
  everywhere?: () => void;
  /** Address of a server that runs already and of the folder that it opens, instead of a server and a folder of ours. */
  running?: { address: string; folder: string };
  webgl?: boolean;
  /** Size of the window in CSS pixels. */
  size?: { width: number; height: number };
}

export type Theme = keyof typeof themes;
const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

/** Those that are open now, for the hook that takes pictures of failures. */
export const openWorkbenches = new Set<Workbench>();

/** Opens a workbench for the tests of the surrounding describe(); the returned function gives it inside of them. */
export function useWorkbench(options: WorkbenchOptions | (() => WorkbenchOptions) = {}): () => Workbench {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await startWorkbench(typeof options === 'function' ? options() : options);
  });
  after(() => workbench?.close());
  return () => {
    if (!workbench) throw new Error('The workbench is open inside it() and the hooks only.');
    return workbench;
  };
}

/** Opens a workbench, on a new workspace unless it runs already, and waits until it can open scans. */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const folder = options.running?.folder ?? makeWorkspace(options);
  const server = options.running ? undefined : await sharedServer(options.vsix, options.alsoExtension);
  const extension = options.vsix ? {} : { extension: root };
  const address = options.running?.address ?? (server && workbenchUrl(server, { folder, ...extension })) ?? '';
  const browser = await sharedBrowser(options.webgl ?? true);
  const context = await browser.newContext({ viewport: options.size ?? { width: 1400, height: 900 } });
  // The longest anything may take before it counts as hung; nothing fails because a machine is slow.
  context.setDefaultTimeout(120_000);
  if (options.everywhere) await context.addInitScript(options.everywhere);
  const workbench = new Workbench(context, await context.newPage(), server, folder, options);
  openWorkbenches.add(workbench);
  await workbench.open(address);
  return workbench;
}

/** A new temporary folder with the files that the options name. */
function makeWorkspace(options: WorkbenchOptions): string {
  const folder = temporaryFolder('workspace');
  if (options.copy) cpSync(options.copy, folder, { recursive: true, dereference: true });
  for (const [name, content] of Object.entries(options.files ?? {})) {
    const target = path.join(folder, name);
    mkdirSync(path.dirname(target), { recursive: true });
    if (typeof content === 'string') cpSync(content, target, { recursive: true, dereference: true });
    else writeFileSync(target, content);
  }
  return folder;
}

export class Workbench {
  private readonly said: string[] = [];
  private settings: Record<string, unknown>;

  constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly server: Server | undefined,
    readonly folder: string,
    private readonly options: WorkbenchOptions,
  ) {
    this.settings = { 'explorer.compactFolders': false, 'workbench.colorTheme': themes[options.theme ?? 'dark'] };
    page.on('console', (message) => {
      const { url } = message.location();
      // The workbench says much about what it cannot reach; ours comes from webviews, workers, or names us.
      if (/webview|^blob:/.test(url) || /hemorica/i.test(`${url} ${message.text()}`))
        this.say(`${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.say(`uncaught: ${error}`));
  }

  /** Loads the workbench; called by startWorkbench. */
  async open(address: string): Promise<void> {
    this.setSettings(this.options.settings ?? {});
    // The workbench calls these two in its driver mode.
    for (const name of ['codeAutomationLog', 'codeAutomationExit'])
      await this.page.exposeFunction(name, () => undefined);
    await this.page.goto(address);
    await this.whenRestored();
  }

  /** Reloads the window by its command, which saves its state first; the browser's own reload does not wait for that. */
  async reload(): Promise<void> {
    await this.page.evaluate(() => Object.assign(window, { hemoricaBeforeReload: true }));
    await this.runCommand('Developer: Reload Window');
    await this.page.waitForFunction(() => !('hemoricaBeforeReload' in window));
    await this.whenRestored();
  }

  async close(): Promise<void> {
    openWorkbenches.delete(this);
    await this.context.close();
  }

  /** Sets settings on top of those set before; undefined takes one back. They apply at once. */
  setSettings(settings: Record<string, unknown>): void {
    this.settings = { ...this.settings, ...settings };
    this.server?.writeSettings(this.settings);
  }

  /** Changes the color theme and waits until the workbench shows it. */
  async setTheme(theme: Theme): Promise<void> {
    this.setSettings({ 'workbench.colorTheme': themes[theme] });
    const kind = { dark: 'vs-dark', light: 'vs', 'high-contrast': 'hc-black', 'high-contrast-light': 'hc-light' }[
      theme
    ];
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor();
  }

  /** The row of a file or folder in the explorer; unfolds the folders above it. */
  async explorerRow(name: string): Promise<Locator> {
    const view = this.page.locator('.explorer-folders-view');
    if (!(await view.isVisible())) await this.page.keyboard.press('Control+Shift+E');
    const parts = name.split('/');
    for (const [depth, part] of parts.entries()) {
      const row = view
        .locator(`.monaco-list-row[aria-level="${depth + 1}"]`)
        .filter({ has: this.page.locator(`.label-name`, { hasText: new RegExp(`^${literal(part)}$`) }) })
        .first();
      await row.waitFor();
      if (depth === parts.length - 1) return row;
      if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
      await this.page
        .locator(`.monaco-list-row[aria-level="${depth + 2}"]`)
        .first()
        .waitFor();
    }
    throw new Error('explorerRow needs a name');
  }

  /** Opens a file by a double click in the explorer, as a tab that stays. */
  async openFromExplorer(name: string): Promise<void> {
    await (await this.explorerRow(name)).dblclick();
    await this.tab(path.basename(name)).waitFor();
  }

  /** Picks an item of the menu under the right mouse button on a file or folder in the explorer. */
  async explorerMenu(name: string, item: string): Promise<void> {
    await (await this.explorerRow(name)).click({ button: 'right' });
    await this.page.locator('.monaco-menu .action-item').filter({ hasText: item }).first().click();
  }

  /** The tab of an open editor: by the name of its file, or by the start of its label where it shows no single file. */
  tab(label: string): Locator {
    const quoted = JSON.stringify(label);
    return this.page.locator(`.tabs-container .tab:is([data-resource-name=${quoted}], [aria-label^=${quoted}])`);
  }

  /** The label of the active tab and whether it has unsaved changes. */
  async activeTab(): Promise<{ label: string; dirty: boolean }> {
    const tab = this.page.locator('.editor-group-container.active .tab.active');
    const parts = tab.locator('.monaco-icon-name-container, .monaco-icon-suffix-container');
    return {
      label: (await parts.allTextContents()).join(''),
      dirty: /\bdirty\b/.test((await tab.getAttribute('class')) ?? ''),
    };
  }

  /** Runs a command from the palette by its whole title, such as "View: Toggle Full Screen". */
  async runCommand(title: string): Promise<void> {
    // An open palette keeps the commands that could run when it opened: look again until the command can.
    const row = await waitFor(`the command ${title}`, async () => {
      const found = await this.paletteRow(title);
      await found.waitFor({ timeout: 5000 }).catch(() => this.page.keyboard.press('Escape'));
      return (await found.isVisible()) && found;
    });
    await row.click();
  }

  /** Whether the palette offers a command now. */
  async offersCommand(title: string): Promise<boolean> {
    const row = await this.paletteRow(title);
    // The list is filled from the start with either commands or the row that says there are none.
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const offered = await row.isVisible();
    await this.page.keyboard.press('Escape');
    return offered;
  }

  /** Types into the input that is open at the top (a palette, a pick, a file name) and accepts it. */
  async answerInput(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  /** Picks a row of the open pick list by its label. */
  async pick(label: string): Promise<void> {
    await this.pickRow(label).click();
  }

  /** Presses a button of the modal dialog. */
  async dialogButton(label: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box').getByRole('button', { name: label }).click();
  }

  /** The texts of the notifications on screen. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allTextContents();
  }

  /** Presses a button of a notification. */
  async notificationButton(label: string): Promise<void> {
    await this.page.locator('.notifications-toasts .monaco-button').filter({ hasText: label }).first().click();
  }

  /** The texts of the status bar's items, left to right. */
  async statusBar(): Promise<string[]> {
    const texts = await this.page.locator('.statusbar-item:visible').allTextContents();
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Waits until an item of the status bar has this text in it. */
  async waitForStatus(text: string): Promise<void> {
    await this.page.locator('.statusbar-item:visible').filter({ hasText: text }).first().waitFor();
  }

  /**
   * The page inside a webview of Hemorica that is on screen, once it has content.
   * @param n which one, counted from left to right, where several editors are side by side
   */
  async webview(n = 0): Promise<Frame> {
    return waitFor(`webview ${n}`, async () => (await this.webviews())[n]);
  }

  /** The pages inside all webviews of Hemorica on screen, from left to right. */
  async webviews(): Promise<Frame[]> {
    const found: { x: number; frame: Frame }[] = [];
    for (const outer of await this.page.locator('iframe.webview').elementHandles()) {
      const box = await outer.boundingBox();
      const isOurs = (await outer.getAttribute('src'))?.includes('extensionId=hemorica.hemorica');
      if (!box || box.width === 0 || !isOurs || !(await outer.isVisible())) continue;
      const inner = await (await outer.contentFrame())?.$('iframe#active-frame');
      const frame = await inner?.contentFrame();
      if (frame && (await frame.evaluate(() => (document.body?.childElementCount ?? 0) > 0)))
        found.push({ x: box.x, frame });
    }
    return found.sort((a, b) => a.x - b.x).map(({ frame }) => frame);
  }

  /** Saves a picture of the window to out/screens and returns its path. */
  async screenshot(name: string): Promise<string> {
    const file = inRoot('out/screens', `${name.replace(/[^\w.-]+/g, '-')}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** The last lines that the extension, its webviews and workers printed. */
  consoleTail(): string {
    return this.said.join('\n');
  }

  private say(line: string): void {
    this.said.push(line);
    if (this.said.length > 30) this.said.shift();
  }

  private async whenRestored(): Promise<void> {
    await this.page.locator('.monaco-workbench .explorer-folders-view .monaco-list').waitFor();
    await waitFor('the commands of the extension', () => this.knowsExtension());
    // VS Code takes up custom editors when it is idle for the first time, in the order in which it put that off.
    await this.page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(resolve))));
  }

  /** Whether the workbench has read our manifest: a scan opened before that gets the text editor. */
  private async knowsExtension(): Promise<boolean> {
    await this.paletteRow('Hemorica');
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const known = (await this.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Hemorica:' }).count()) > 0;
    await this.page.keyboard.press('Escape');
    return known;
  }

  private pickRow(label: string): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.quick-input-list-label, .label-name', {
        hasText: new RegExp(`^\\s*${literal(label)}\\s*$`),
      }),
    });
  }

  private async paletteRow(title: string): Promise<Locator> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(`>${title}`);
    return this.pickRow(title).first();
  }
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
