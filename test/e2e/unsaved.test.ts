import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
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
    await workbench().runCommand('Hemorica: Run Hemorrhage Segmentation');
    const file = path.join(workbench().folder, 'scan.ich.json');
    await waitFor('the file', () => existsSync(file));
    const state = () => parseAnnotation(readFileSync(file, 'utf8')).review.state;
    const page = await workbench().webview();
    await page.getByText(new RegExp(`${DEFAULT_MODELS.segmentation}.*draft`)).waitFor();
    await page.getByLabel('Review state').selectOption('Read');
    await dirtyTab().waitFor();
    await page.getByText('Read once.').waitFor();
    assert.equal(state(), 'draft');
    // VS Code backs up a second after the last edit; leaving a page of a browser does not wait for it.
    await workbench().page.waitForTimeout(3000);
    await workbench().reload();
    await dirtyTab().waitFor();
    await (await workbench().webview()).getByText('slice 1/1').waitFor();
    assert.equal(state(), 'draft');
    await workbench().runCommand('File: Save');
    await waitFor('the saved review', () => state() === 'read');
    await dirtyTab().waitFor({ state: 'detached' });
  });
});
