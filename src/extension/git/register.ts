/** What the extension does with git beside comparing, as the composition root joins it to the rest. */
import type * as vscode from 'vscode';
import type { Services } from '../services';
import { registerBlame } from './blame';
import { registerHistory } from './history';
import { registerMerge } from './merge';
import { refreshSetups, registerGitSetup } from './setup';

export function registerGit(services: Services): vscode.Disposable[] {
  void refreshSetups(services);
  return [registerGitSetup(services), registerBlame(services), registerHistory(services), ...registerMerge(services)];
}
