import * as vscode from 'vscode';
import { hasDirtyTab } from './tabs';

/**
 * Tells VS Code when something other than a save has left nothing to save: the text beside was
 * saved, theirs was taken, or the same was written by others. It learns so by a save, which writes
 * nothing then.
 */
export class Settling implements vscode.Disposable {
  #wanted = false;
  readonly #tabs = vscode.window.tabGroups.onDidChangeTabs(() => this.#settle());

  /**
   * @param uri Address of the document.
   * @param busy Whether there is something to save, or a save is on its way.
   */
  constructor(
    private readonly uri: vscode.Uri,
    private readonly busy: () => boolean,
  ) {}

  /** There may be nothing left to save. The tab may say otherwise only later: the edit is still on its way to it. */
  check(): void {
    if (this.busy()) return;
    this.#wanted = true;
    this.#settle();
  }

  /** A save has come by itself. */
  forget(): void {
    this.#wanted = false;
  }

  #settle(): void {
    if (!this.#wanted || this.busy() || !hasDirtyTab(this.uri)) return;
    this.#wanted = false;
    void vscode.workspace.save(this.uri);
  }

  dispose(): void {
    this.#wanted = false;
    this.#tabs.dispose();
  }
}
