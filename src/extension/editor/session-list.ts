import * as vscode from 'vscode';
import type { ScanSession } from './session';

/** The open scan editors. */
export class SessionList implements vscode.Disposable {
  readonly #sessions = new Set<ScanSession>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when an editor was opened, closed, activated or left, or when its page reports something new. */
  readonly onDidChange = this.#changed.event;

  add(session: ScanSession): void {
    this.#sessions.add(session);
    session.onDidChange(() => this.#changed.fire());
    session.onDidDispose(() => {
      this.#sessions.delete(session);
      this.#changed.fire();
    });
    this.#changed.fire();
  }

  /** The scan editor in front, if the active editor is one. */
  get active(): ScanSession | undefined {
    return [...this.#sessions].find((session) => session.active);
  }

  /** Editors that show a scan. */
  showing(uri: vscode.Uri): ScanSession[] {
    return [...this.#sessions].filter((session) => session.document.uri.toString() === uri.toString());
  }

  get size(): number {
    return this.#sessions.size;
  }

  dispose(): void {
    for (const session of [...this.#sessions]) session.dispose();
    this.#changed.dispose();
  }
}
