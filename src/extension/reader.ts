/** The name under which a reader's work is written into annotations. */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { parentOf } from './scan/files';
import { SECTION } from './settings';

/** Full name of the setting. */
export const READER_SETTING = `${SECTION}.reader.name`;

const run = promisify(execFile);

/**
 * The setting `hemorica.reader.name`, else git's `user.name` for the scan's folder, else the name of
 * the user of this computer. Never fails.
 */
export async function readerName(scan: vscode.Uri): Promise<string> {
  const chosen = vscode.workspace.getConfiguration(undefined, scan).get<string>(READER_SETTING)?.trim();
  return chosen || (await gitUser(scan)) || systemUser();
}

async function gitUser(scan: vscode.Uri): Promise<string> {
  // The configuration of a folder that is not trusted does not speak for the user.
  const local = scan.scheme === 'file' && vscode.workspace.isTrusted;
  try {
    const { stdout } = await run('git', ['config', ...(local ? [] : ['--global']), 'user.name'], {
      ...(local ? { cwd: parentOf(scan).fsPath } : {}),
      timeout: 5000,
    });
    return stdout.trim();
  } catch {
    return '';
  }
}

/** The name of the user of this computer. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an account, as containers have them.
    return 'reader';
  }
}
