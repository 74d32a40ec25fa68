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

  /** The scan editor in front, if the active editor is one; of the two sides of a diff, the one that has the focus. */
  get active(): ScanSession | undefined {
    const active = [...this.#sessions].filter((session) => session.active);
    return active.find(({ status }) => status !== undefined && status.focus !== 'none') ?? active[0];
  }

  get all(): readonly ScanSession[] {
    return [...this.#sessions];
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
