/** Comparing of annotations, as the composition root joins it to the rest. */
import * as vscode from 'vscode';
import type { Services } from '../services';
import { registerCompareCommands } from './commands';
import { followDiffDefault } from './diff-default';
import { ANNOTATION_VIEW, AnnotationViewProvider } from './provider';

export interface Comparing {
  readonly provider: AnnotationViewProvider;
  readonly subscriptions: readonly vscode.Disposable[];
}

export function registerComparing(services: Services): Comparing {
  const provider = new AnnotationViewProvider(services);
  return {
    provider,
    subscriptions: [
      provider,
      vscode.window.registerCustomEditorProvider(ANNOTATION_VIEW, provider, {
        supportsMultipleEditorsPerDocument: true,
      }),
      provider.onDidChange(() => setKeys(provider)),
      ...registerCompareCommands(services, provider),
      followDiffDefault(services.log),
    ],
  };
}

const keys = new Map<string, boolean>();

/** Keeps the context keys of keybindings and menus in step with the editor in front. */
function setKeys({ active }: AnnotationViewProvider): void {
  const now = {
    'hemorica.compareActive': active !== undefined,
    'hemorica.compareFocus': active?.status?.focus === 'view',
    'hemorica.comparing': active?.other !== undefined,
  };
  for (const [key, value] of Object.entries(now)) {
    if (keys.get(key) === value) continue;
    keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
