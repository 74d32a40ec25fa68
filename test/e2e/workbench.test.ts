import assert from 'node:assert/strict';
import { useWorkbench } from './lib/workbench';

describe('the workbench with the extension', () => {
  const workbench = useWorkbench({ files: { 'notes/read me.txt': Buffer.from('a text\n') } });

  it('starts and opens a file from the explorer', async () => {
    await workbench().openFromExplorer('notes/read me.txt');
    assert.deepEqual(await workbench().activeTab(), { label: 'read me.txt', dirty: false });
  });

  it('runs commands from the palette', async () => {
    await workbench().runCommand('View: Split Editor Right');
    await workbench().page.locator('.editor-group-container').nth(1).waitFor();
    assert.equal(await workbench().tab('read me.txt').count(), 2);
  });

  it('tells which commands there are', async () => {
    assert.equal(await workbench().offersCommand('View: Split Editor Right'), true);
    assert.equal(await workbench().offersCommand('View: No Such Command'), false);
  });

  it('shows the status of what is open', async () => {
    await workbench().waitForStatus('Plain Text');
    assert.ok((await workbench().statusBar()).includes('UTF-8'));
  });

  it('changes its theme', async () => {
    for (const theme of ['light', 'high-contrast', 'dark'] as const) await workbench().setTheme(theme);
  });

  it('comes back after a reload', async () => {
    await workbench().reload();
    await workbench().tab('read me.txt').first().waitFor();
  });
});
