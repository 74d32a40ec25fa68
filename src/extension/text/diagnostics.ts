import * as vscode from 'vscode';
import type { CheckedText } from '../../core/lint/check';
import type { PlacedFinding, Severity } from '../../core/lint/finding';
import type { KnownFinding } from './known';
import { rangeOf } from './reading';

/** Name of our diagnostics in the Problems panel. */
export const SOURCE = 'Hemorica';

const SEVERITIES: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** A finding as the Problems panel shows it; its code leads to `docs`. */
export function diagnosticOf(
  finding: PlacedFinding,
  text: Pick<CheckedText, 'places'>,
  docs: vscode.Uri,
): vscode.Diagnostic {
  return make(finding, rangeOf(text, finding), docs);
}

/** A finding in a file that is not open. */
export function diagnosticOfKnown(finding: KnownFinding, docs: vscode.Uri): vscode.Diagnostic {
  return make(finding, new vscode.Range(...finding.range), docs);
}

/** The code of one of our diagnostics; undefined for those of others. */
export function codeOf({ source, code }: vscode.Diagnostic): string | undefined {
  return source === SOURCE && typeof code === 'object' ? String(code.value) : undefined;
}

function make(
  { code, severity, message }: Pick<PlacedFinding, 'code' | 'severity' | 'message'>,
  range: vscode.Range,
  docs: vscode.Uri,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
  diagnostic.source = SOURCE;
  diagnostic.code = { value: code, target: docs.with({ fragment: code }) };
  return diagnostic;
}
