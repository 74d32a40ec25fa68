import * as vscode from 'vscode';
import { creditEdit } from '../../core/document/credit';
import type { AnnotationEdit } from '../../core/document/edit';
import type { FindingCode, PlacedFinding, TextChange } from '../../core/lint/finding';
import { textChanges } from '../../core/lint/mend';
import { readerName } from '../reader';
import { codeOf } from './diagnostics';
import { type Reading, type Readings, rangeOf } from './reading';
import type { ScanChecks } from './scan-checks';

/** Quick fixes: the one obvious mend of a finding, and of all findings of its kind, as changes of just the values concerned. */
export class Fixes implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly readings: Readings,
    private readonly scans: ScanChecks,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const ours = diagnostics.filter((diagnostic) => codeOf(diagnostic) !== undefined);
    if (ours.length === 0) return [];
    const reading = this.readings.of(document);
    const all = [...reading.findings, ...this.scans.findings(document.uri, reading.places.text)];
    const reader = all.some(({ fix }) => fix && 'edit' in fix && fix.edit.mask.length > 0)
      ? await readerName(document.uri)
      : '';
    const mend = (title: string, findings: readonly PlacedFinding[], diagnostic: vscode.Diagnostic) =>
      action(title, mends(findings, reading, reader), document, diagnostic);
    return ours.flatMap((diagnostic) => {
      const code = codeOf(diagnostic);
      const finding = all.find(
        (one) =>
          one.code === code && one.message === diagnostic.message && rangeOf(reading, one).isEqual(diagnostic.range),
      );
      if (!finding?.fix) return [];
      const alike = all.filter((one) => one.code === code && one.fix);
      const one = mend(titleOf(finding), [finding], diagnostic);
      one.isPreferred = true;
      if (alike.length < 2) return [one];
      return [one, mend(vscode.l10n.t('Fix all {0} problems of this kind', alike.length), alike, diagnostic)];
    });
  }
}

function mends(findings: readonly PlacedFinding[], { annotation, places }: Reading, reader: string): TextChange[] {
  const edits = findings.flatMap(({ fix }): AnnotationEdit[] => (fix && 'edit' in fix ? [fix.edit] : []));
  const changes = findings.flatMap(({ fix }) => (fix && 'changes' in fix ? fix.changes : []));
  if (!annotation) return changes;
  // Rows name who changed them, as they do when the same is done in the viewer.
  return textChanges(
    annotation,
    edits.map((edit) => creditEdit(annotation, edit, reader)),
    places,
  );
}

function action(
  title: string,
  changes: readonly TextChange[],
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): vscode.CodeAction {
  const result = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  result.diagnostics = [diagnostic];
  result.edit = new vscode.WorkspaceEdit();
  result.edit.set(
    document.uri,
    changes.map(({ offset, length, text }) =>
      vscode.TextEdit.replace(
        new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)),
        text,
      ),
    ),
  );
  return result;
}

function titleOf(finding: PlacedFinding): string {
  const { code, fix } = finding;
  const [subtype, slice] = [finding.subtype ?? '', finding.slice ?? ''];
  const text = fix && 'changes' in fix ? (fix.changes[0]?.text ?? '') : '';
  const titles: Partial<Record<FindingCode, () => string>> = {
    'label-without-mask': () => vscode.l10n.t('Take back the statement on {0} of slice {1}', subtype, slice),
    'mask-without-label': () => vscode.l10n.t('State that slice {1} has {0}', subtype, slice),
    'patient-label-without-slice': () => vscode.l10n.t('Take back the statement on {0} of the patient', subtype),
    'patient-label-missing': () => vscode.l10n.t('State that the patient has {0}', subtype),
    'box-without-mask': () => vscode.l10n.t('Remove this box of {0}', subtype),
    'box-not-enclosing': () => vscode.l10n.t('Fit the boxes of {0} on slice {1} to the mask', subtype, slice),
    'tiny-island': () => vscode.l10n.t('Remove this island of {0}', subtype),
    'outside-head': () => vscode.l10n.t('Erase what lies outside of the head on slice {0}', slice),
    'in-bone': () => vscode.l10n.t('Erase what lies in bone on slice {0}', slice),
    'in-air': () => vscode.l10n.t('Erase what lies in air on slice {0}', slice),
    overlap: () => vscode.l10n.t('Let the earlier run keep its columns: {0}', text),
    'unknown-subtype': () => vscode.l10n.t('Write {0}', text),
    'row-syntax': () => vscode.l10n.t('Write {0}', text),
    syntax: () => vscode.l10n.t('Insert "{0}"', text),
  };
  return titles[code]?.() ?? vscode.l10n.t('Mend it');
}
