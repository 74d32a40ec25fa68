import type * as vscode from 'vscode';
import type { InferenceClient } from '../node/inference-client';
import type { UnsavedTexts } from './annotation/unsaved';
import type { SessionList } from './editor/session-list';
import type { ModelRegistry } from './models/registry';
import type { PendingProposals } from './proposal/pending';
import type { HeaderReader } from './scan/headers';

/** What the parts of the extension share; made once by the composition root. */
export interface Services {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly headers: HeaderReader;
  readonly sessions: SessionList;
  readonly unsaved: UnsavedTexts;
  readonly models: ModelRegistry;
  readonly proposals: PendingProposals;
  /** The inference process's client; the process itself starts with the first request. */
  readonly inference: () => InferenceClient;
}
