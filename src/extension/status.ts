import * as vscode from 'vscode';
import type { ViewStatus } from '../protocol/view';
import type { Services } from './services';

/** Keeps the status bar and the context keys of keybindings in step with the scan editor in front. */
export class StatusReporter implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('hemorica.status', vscode.StatusBarAlignment.Right, 100);
  readonly #subscription: vscode.Disposable;
  readonly #keys = new Map<string, unknown>();

  constructor(private readonly services: Pick<Services, 'sessions'> & { readonly modelLabel: () => string }) {
    this.#item.name = 'Hemorica';
    this.#item.command = 'hemorica.setWindow';
    this.#subscription = services.sessions.onDidChange(() => this.update());
    this.update();
  }

  update(): void {
    const session = this.services.sessions.active;
    this.#setContext('hemorica.scanActive', session !== undefined);
    this.#setContext('hemorica.viewFocus', session?.status?.focus === 'view');
    this.#setContext('hemorica.annotation', session?.document.annotation.state ?? 'none');
    if (!session) {
      this.#item.hide();
      return;
    }
    this.#item.text = statusText(this.services.modelLabel(), session.status);
    this.#item.tooltip = vscode.l10n.t('Hemorica is for research and is no medical device. Click to set the window.');
    this.#item.show();
  }

  #setContext(key: string, value: unknown): void {
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
    for (const key of this.#keys.keys()) void vscode.commands.executeCommand('setContext', key, undefined);
  }
}

/** "Hemorica | ich-prototype (CPU) | brain 40/80", the window left out until the page has reported it. */
export function statusText(model: string, status: ViewStatus | undefined): string {
  const parts = ['Hemorica', model];
  if (status) {
    const { name, center, width } = status.window;
    parts.push(`${name} ${Math.round(center)}/${Math.round(width)}`.trim());
  }
  return parts.join(' | ');
}
