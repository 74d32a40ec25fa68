import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { waitFor } from './lib/wait';
import { useWorkbench } from './lib/workbench';

describe('the side panel', () => {
  /** A synthetic head with its annotation, as the demo has it. */
  const sample = mkdtempSync(path.join(tmpdir(), 'hemorica-panel-'));
  before(() => {
    execFileSync(process.execPath, [inRoot('dist/sample.js'), sample]);
  });
  after(() => rmSync(sample, { recursive: true }));
  const workbench = useWorkbench(() => ({ copy: sample }));
  const shownSlice = (frame: Frame): Promise<string | null> =>
    frame.locator('[data-plane="axial"] .lower-left').textContent();

  it('lists the lesions of the annotation, and goes to the one that is clicked', async () => {
    await workbench().openFromExplorer('head.nii.gz');
    const frame = await workbench().webview();
    const lesion = frame.getByRole('option', { name: /^EPH lesion/ });
    await lesion.click();
    const label = (await lesion.getAttribute('aria-label')) ?? '';
    const [, first = '', last = ''] = /slices (\d+)-(\d+)/.exec(label) ?? [];
    const slice = Number(/^slice (\d+)/.exec((await shownSlice(frame)) ?? '')?.[1]);
    assert.ok(slice > Number(first) && slice < Number(last), `slice ${slice} of ${label}`);
  });

  it('states a label of the slice as one step that VS Code undoes and redoes', async () => {
    const frame = await workbench().webview();
    const state = frame.locator('[data-label="EPH slice"]');
    const says = async (what: string): Promise<void> => {
      await waitFor(`the label to be ${what}`, async () =>
        ((await state.getAttribute('aria-label')) ?? '').includes(what),
      );
    };
    const dirty = (is: boolean): Promise<unknown> =>
      waitFor(`the tab to be ${is ? 'dirty' : 'clean'}`, async () => (await workbench().activeTab()).dirty === is);
    await says('stated present. The mask has it.');
    await state.click();
    await says('stated absent. The mask has it.');
    await dirty(true);
    await workbench().page.keyboard.press('Control+z');
    await says('stated present');
    await dirty(false);
    await workbench().page.keyboard.press('Control+y');
    await says('stated absent');
    await workbench().page.keyboard.press('Control+z');
    await dirty(false);
  });

  it('shows the line of a lesion in the text, as the view names it', async () => {
    const frame = await workbench().webview();
    const lesion = frame.getByRole('option', { name: /^IVH lesion/ }).first();
    await lesion.click();
    await lesion.click({ button: 'right' });
    await frame.getByRole('menuitem', { name: 'Show in Annotation Text' }).click();
    await workbench().tab('head.ich.json').waitFor();
    await workbench().waitForStatus('selected');
    const [status] = (await workbench().statusBar()).filter((text) => text.startsWith('Ln '));
    assert.match(status ?? '', /^Ln \d{3,}/);
    const line = workbench().page.locator('.monaco-editor .view-line', { hasText: /\sV\d/ }).first();
    await line.waitFor();
  });
});
