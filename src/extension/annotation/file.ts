import * as vscode from 'vscode';
import type { AnnotationView, DecodedScan } from '../../protocol/view';
import type { ScanFiles } from '../scan/source';

export class AnnotationFile implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  constructor(
    readonly scan: vscode.Uri,
    readonly files: ScanFiles,
    readonly log: vscode.LogOutputChannel,
  ) {}
  async load(): Promise<void> {}
  viewFor(_decoded: DecodedScan): AnnotationView {
    return { state: 'none' };
  }
  dispose(): void {
    this.#changed.dispose();
  }
}
