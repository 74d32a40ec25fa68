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
    await workbench().runCommand('Hemorica: Run Hemorrhage Segmentation');
    await dirtyTab().waitFor({ timeout: 120_000 });
    const file = path.join(workbench().folder, 'scan.ich.json');
    assert.equal(existsSync(file), false);
    await workbench().reload();
    await dirtyTab().waitFor({ timeout: 120_000 });
    await (await workbench().webview()).getByText('slice 1/1').waitFor();
    assert.equal(existsSync(file), false);
    await workbench().runCommand('File: Save');
    await waitFor('the file', () => existsSync(file));
    const annotation = parseAnnotation(readFileSync(file, 'utf8'));
    assert.ok(annotation.made[0] && 'model' in annotation.made[0]);
    await dirtyTab().waitFor({ state: 'detached' });
  });
});
