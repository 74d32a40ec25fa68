import * as vscode from 'vscode';
import { baseName } from './files';
import type { Series } from './series';

/** Asks which of several series to open. Shows nothing that identifies a patient. Undefined if none was chosen. */
export async function chooseSeries(series: readonly Series[]): Promise<Series | undefined> {
  const picked = await vscode.window.showQuickPick(
    series.map((one) => ({
      label:
        one.seriesNumber === undefined
          ? vscode.l10n.t('{0} series', one.modality ?? 'DICOM')
          : vscode.l10n.t('{0} series {1}', one.modality ?? 'DICOM', one.seriesNumber),
      description: one.slices === 1 ? vscode.l10n.t('1 image') : vscode.l10n.t('{0} images', one.slices),
      detail: detailOf(one),
      one,
    })),
    { title: vscode.l10n.t('Hemorica: Open DICOM Series'), placeHolder: vscode.l10n.t('Choose a series') },
  );
  return picked?.one;
}

function detailOf({ folder, files }: Series): string {
  const header = files[0]?.header;
  const size = header && header.rows > 0 ? `, ${header.columns} x ${header.rows}` : '';
  return `${baseName(folder)}${size}${header?.isLocalizer ? `, ${vscode.l10n.t('localizer')}` : ''}`;
}
