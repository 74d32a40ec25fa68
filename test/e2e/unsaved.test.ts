import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { waitFor } from './lib/wait';
import { useWorkbench } from './lib/workbench';

describe('unsaved work', () => {
  const workbench = useWorkbench({
    files: { 'scan.dcm': inRoot('test/fixtures/dicom/explicit_le.dcm') },
    settings: { 'files.autoSave': 'off', 'files.hotExit': 'onExitAndWindowClose' },
  });

  const dirtyTab = () => workbench().page.locator('.tab.dirty', { hasText: 'scan.dcm' });

  it('outlives the window, and is saved from the next one', async () => {
    await workbench().openFromExplorer('scan.dcm');
    await (await workbench().webview()).getByText('slice 1/1').waitFor();
    const file = path.join(workbench().folder, 'scan.ich.json');
    const state = () => parseAnnotation(readFileSync(file, 'utf8')).review.state;
    const page = await workbench().webview();
    await page.getByLabel('Review state').selectOption('Reviewed');
    await dirtyTab().waitFor();
    await workbench().runCommand('File: Save');
    await waitFor('the file', () => existsSync(file));
    await dirtyTab().waitFor({ state: 'detached' });
    await page.getByLabel('Review state').selectOption('Read');
    await dirtyTab().waitFor();
    await page.getByText('Read once.').waitFor();
    assert.equal(state(), 'reviewed');
    // VS Code backs up a second after the last edit; leaving a page of a browser does not wait for it.
    await workbench().page.waitForTimeout(3000);
    await workbench().reload();
    await dirtyTab().waitFor();
    await (await workbench().webview()).getByText('slice 1/1').waitFor();
    assert.equal(state(), 'reviewed');
    await workbench().runCommand('File: Save');
    await waitFor('the saved review', () => state() === 'read');
    await dirtyTab().waitFor({ state: 'detached' });
  });
});
