import * as vscode from 'vscode';
import { SUBTYPE_NAMES, SUBTYPES } from '../../core/annotation/subtype';
import { type Figure, milliliters, rowFigures } from './figures';
import { SHOW_IN_VIEWER } from './lenses';
import { type Reading, type Readings, rangeOf } from './reading';

/** Over a slice, a subtype of a slice or a row of an annotation's text: how much blood there is, and the way to see it. */
export class Hovers implements vscode.HoverProvider {
  constructor(private readonly readings: Readings) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const reading = this.readings.of(document);
    const { annotation, figures, places } = reading;
    if (!annotation || !figures) return undefined;
    const path = places.pathAt(document.offsetAt(position));
    const [list, k, part, which] = path;
    const slice = annotation.slices[Number(k)];
    if (list !== 'slices' || typeof k !== 'number' || !slice) return undefined;
    const subtype = part === 'findings' ? SUBTYPES.find((one) => one === which) : undefined;
    const row = part === 'rows' && typeof which === 'number' ? which : undefined;
    if (part !== 'slice' && subtype === undefined && row === undefined) return undefined;
    const inRow = row === undefined ? [] : rowFigures(annotation, k, row, reading.extents);
    if (row !== undefined && inRow.length === 0) return undefined;
    const here = figures.slices[k] ?? [];
    const shown = here.filter((one) =>
      subtype ? one.subtype === subtype : row === undefined || inRow.some((run) => run.subtype === one.subtype),
    );
    const span = row === undefined ? places.keyAt(path.slice(0, subtype ? 4 : 3)) : places.valueAt(path);
    return new vscode.Hover(this.#text(document.uri, reading, k, row, shown, inRow), span && rangeOf(reading, span));
  }

  #text(
    uri: vscode.Uri,
    { annotation, figures }: Reading,
    k: number,
    row: number | undefined,
    shown: readonly Figure[],
    inRow: readonly Figure[],
  ): vscode.MarkdownString {
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: [SHOW_IN_VIEWER] };
    const count = annotation?.image.size[2] ?? 0;
    text.appendMarkdown(
      `**${vscode.l10n.t('Slice {0}', k)}** (${vscode.l10n.t('{0} of {1} in the viewer', k + 1, count)})\n\n`,
    );
    if (shown.length === 0) text.appendMarkdown(vscode.l10n.t('No mask.'));
    else {
      const about = figures?.exact ? '' : '\u2248 ';
      const lines = shown.map(({ subtype, volume, voxels, area }) => {
        const size = vscode.l10n.t(
          '{0} mL, {1} voxels, {2} mm²',
          `${about}${milliliters(volume)}`,
          voxels,
          area.toFixed(1),
        );
        return `- ${subtype}, ${SUBTYPE_NAMES[subtype]}: ${size}`;
      });
      text.appendMarkdown(`${lines.join('\n')}\n`);
    }
    if (row !== undefined) {
      const parts = inRow.map(({ subtype, voxels }) => `${subtype} ${voxels}`).join(', ');
      text.appendMarkdown(`\n${vscode.l10n.t('Row {0}: {1} voxels', row, parts)}\n`);
    }
    const args = encodeURIComponent(JSON.stringify([uri.toJSON(), k, ...(row === undefined ? [] : [row])]));
    text.appendMarkdown(`\n\n[${vscode.l10n.t('Show in Viewer')}](command:${SHOW_IN_VIEWER}?${args})`);
    return text;
  }
}
