/** "Hemorica: Open Sample Scan": a head that a generator makes on this machine, in a process of its own. */
import { fork } from 'node:child_process';
import * as vscode from 'vscode';
import { SCAN_VIEW } from '../editor/provider';
import { showFailure } from '../errors';
import { stat } from '../scan/files';
import type { Services } from '../services';

/** What the generator writes: the scan to open, and the file that it writes last. */
const SCAN = 'head.nii.gz';
const LAST = 'README.md';

export function registerOpenSample(services: Services, storage: vscode.Uri): vscode.Disposable {
  /** The sample while it is being made: a second call waits for the first. */
  let making: Promise<void> | undefined;
  return vscode.commands.registerCommand('hemorica.openSampleScan', async () => {
    const folder = vscode.Uri.joinPath(storage, 'sample');
    const scan = vscode.Uri.joinPath(folder, SCAN);
    try {
      if (!(await exists(scan)) || !(await exists(vscode.Uri.joinPath(folder, LAST)))) {
        making ??= make(services, folder).finally(() => {
          making = undefined;
        });
        await making;
      }
      await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_VIEW);
    } catch (error) {
      await showFailure(error, services.log);
    }
  });
}

async function make({ extensionUri, log }: Services, folder: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.createDirectory(folder);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Making the sample scan...') },
    () =>
      runScript(vscode.Uri.joinPath(extensionUri, 'dist', 'sample.js').fsPath, [folder.fsPath], (line) =>
        log.info(line),
      ),
  );
}

/** Runs one of our bundles with node and waits for its end. Throws with what it printed on stderr if it fails. */
function runScript(script: string, args: readonly string[], onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      // Under Electron the executable is the editor unless it is told to be node.
      env: { ...process.env, ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }) },
    });
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => onLine(text.trimEnd()));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(vscode.l10n.t('The sample scan could not be made: {0}', complaint.trim() || `exit code ${code}`)),
        );
    });
  });
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return stat(uri).then(
    () => true,
    () => false,
  );
}
