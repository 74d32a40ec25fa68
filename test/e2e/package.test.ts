import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageTarget } from '../../scripts/lib/package-target.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { temporaryFolder } from './lib/session';
import { startWorkbench, type Workbench } from './lib/workbench';

describe('the package of this platform in a clean VS Code', () => {
  let workbench: Workbench;

  before(async () => {
    const { file } = await packageTarget(`${process.platform}-${process.arch}`, temporaryFolder('package'));
    const scan = inRoot('test/fixtures/dicom/explicit_le.dcm');
    workbench = await startWorkbench({ vsix: file, files: { 'scan.dcm': scan } });
  });
  after(() => workbench?.close());

  it('opens a scan', async () => {
    await workbench.openFromExplorer('scan.dcm');
    const page = await workbench.webview();
    await page.getByText('slice 1/1').waitFor();
    await workbench.waitForStatus('Hemorica');
  });

  it('runs a model with the binaries it brings', async () => {
    await workbench.runCommand('Hemorica: Run Hemorrhage Segmentation');
    await workbench.waitForStatus('Proposal: ');
    assert.equal(existsSync(path.join(workbench.folder, 'scan.ich.json')), false);
  });
});
