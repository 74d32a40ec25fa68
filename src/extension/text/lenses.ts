import * as vscode from 'vscode';
import { gitAddress } from '../compare/address';
import { inBrief } from './figures';
import { type Readings, rangeOf } from './reading';

/** Commands that the lenses and hovers offer, as long as they are registered. */
export const SHOW_IN_VIEWER = 'hemorica.showInViewer';
const COMPARE = 'hemorica.compareAnnotationWith';
const COMPARE_TWO = 'hemorica.compareAnnotations';

/** Above the text of an annotation what can be done with it; above each slice with blood its volumes. */
export class Lenses implements vscode.CodeLensProvider {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  #compares: Promise<boolean> | undefined;

  constructor(private readonly readings: Readings) {}

  /** What is known of scans has changed: volumes may be others now. */
  again(): void {
    this.#changed.fire();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    this.#compares ??= Promise.resolve(vscode.commands.getCommands(true)).then((names) => names.includes(COMPARE));
    const compares = await this.#compares;
    const reading = this.readings.of(document);
    const { annotation, figures, places } = reading;
    const { uri } = document;
    const top = new vscode.Range(0, 0, 0, 0);
    const show = (range: vscode.Range, slice?: number): vscode.CodeLens =>
      new vscode.CodeLens(range, {
        title: vscode.l10n.t('Show in Viewer'),
        command: SHOW_IN_VIEWER,
        arguments: slice === undefined ? [uri] : [uri, slice],
      });
    const lenses = [
      show(top),
      // A deleted or older version that is open as text leads to the masks, too.
      ...(compares && uri.scheme === 'git' ? [changes(top, uri)] : []),
      ...(compares
        ? [new vscode.CodeLens(top, { title: vscode.l10n.t('Compare...'), command: COMPARE, arguments: [uri] })]
        : []),
    ];
    if (!annotation || !figures) return lenses;
    const all = figures.total.length === 0 ? vscode.l10n.t('no blood') : inBrief(figures.total, figures.exact);
    lenses.push(plain(top, all));
    figures.slices.forEach((list, k) => {
      const span = list.length > 0 ? places.keyAt(['slices', k, 'slice']) : undefined;
      if (!span) return;
      const range = rangeOf(reading, span);
      lenses.push(plain(range, inBrief(list, figures.exact)), show(range, k));
    });
    return lenses;
  }
}

/** From a version of git's to how it differs from the working tree. */
function changes(range: vscode.Range, uri: vscode.Uri): vscode.CodeLens {
  return new vscode.CodeLens(range, {
    title: vscode.l10n.t('Show Changes to Working Tree'),
    command: COMPARE_TWO,
    arguments: [uri, vscode.Uri.file(gitAddress(uri)?.path ?? uri.fsPath)],
  });
}

/** A lens that says something and does nothing. */
function plain(range: vscode.Range, title: string): vscode.CodeLens {
  return new vscode.CodeLens(range, { title, command: '' });
}
