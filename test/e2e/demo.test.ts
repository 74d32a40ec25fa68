import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { inRoot, root } from '../../scripts/lib/paths.mjs';
import { startGroup, stopGroup } from '../../scripts/lib/processes.mjs';
import { startWorkbench, type Workbench } from './lib/workbench';

describe('the demo on the VS Code server', () => {
  let demo: ChildProcess;
  let workbench: Workbench | undefined;
  let address = '';

  before(async () => {
    demo = startGroup(process.execPath, [inRoot('scripts/demo.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HEMORICA_VSCODE: 'server' },
    });
    address = await printedAddress(demo);
  });
  after(async () => {
    await workbench?.close();
    await stopGroup(demo);
  });

  it('opens the sample scan at the address it prints', async () => {
    workbench = await startWorkbench({ running: { address, folder: inRoot('sample') } });
    await workbench.openFromExplorer('head.nii.gz');
    const page = await workbench.webview();
    await page.getByText(/^slice \d+\/\d+/).waitFor();
  });

  it('ends its server when it is interrupted', async () => {
    const ended = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGINT');
    await ended;
    await assert.rejects(fetch(address));
  });
});

/** The address that the demo prints once its server listens. */
function printedAddress(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0];
      if (address) resolve(address);
    });
    demo.once('exit', (code) => reject(new Error(`The demo ended with code ${code}:\n${output}`)));
  });
}
