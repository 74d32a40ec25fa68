import type * as vscode from 'vscode';
import type { SessionList } from './editor/session-list';
import type { HeaderReader } from './scan/headers';

/** What the parts of the extension share; made once by the composition root. */
export interface Services {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly headers: HeaderReader;
  readonly sessions: SessionList;
}
