import * as vscode from 'vscode';
import { UNSAVED_SCHEME } from '../compare/address';

/** Serves the unsaved annotations of open scans as read-only texts, as long as the scans are open. */
export class UnsavedTexts implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #texts = new Map<string, () => string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(UNSAVED_SCHEME, this);

  /** Address of the unsaved state of an annotation. `text` is asked for when it is opened. */
  offer(annotation: vscode.Uri, text: () => string): vscode.Uri {
    const uri = annotation.with({ scheme: UNSAVED_SCHEME, authority: '', query: annotation.toString() });
    this.#texts.set(uri.toString(), text);
    this.#changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString())?.() ?? '';
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
    this.#texts.clear();
  }
}
