/** Editing annotations in the tests of the extension host. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Annotation } from '../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../src/core/annotation/encode';
import type { AnnotationEdit } from '../../../src/core/document/edit';
import type { ScanSession } from '../../../src/extension/editor/session';
import { waitFor } from '../../e2e/lib/wait';

export const IPH = 4;
export const SDH = 2;

/** Paints columns of a row that were empty, as a page does. */
export function stroke(slice: number, row: number, first: number, last: number, label = IPH): AnnotationEdit {
  return {
    label: `Brush row ${row}`,
    mask: [{ slice, runs: Uint32Array.of(row, first, last - first + 1, 0, label) }],
    fields: [],
  };
}

export function paint(session: ScanSession, ...edit: Parameters<typeof stroke>): void {
  session.document.annotated.edit(stroke(...edit), session);
}

/** Packed runs of a slice of the annotation in memory. */
export function runsOf(session: ScanSession, slice: number): number[] {
  return [...(annotationOf(session).slices[slice]?.runs ?? [])];
}

export function annotationOf(session: ScanSession): Annotation {
  return session.document.annotated.annotation ?? assert.fail('There is no annotation.');
}

export function textOf(session: ScanSession): string {
  return encodeAnnotation(annotationOf(session));
}

/** Whether a tab that shows the file has the dot of unsaved changes. */
export function isDirty(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(({ input, isDirty: dirty }) => {
      const shown =
        input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
      return dirty && shown?.toString() === uri.toString();
    }),
  );
}

export const untilDirty = (uri: vscode.Uri): Promise<unknown> => waitFor('the dot', () => isDirty(uri));
export const untilClean = (uri: vscode.Uri): Promise<unknown> => waitFor('no dot', () => !isDirty(uri));

/** Sets auto save; VS Code in a browser has it on by default. */
export async function setAutoSave(value: 'off' | 'afterDelay' | undefined): Promise<void> {
  const files = vscode.workspace.getConfiguration('files');
  await files.update('autoSave', value, vscode.ConfigurationTarget.Global);
  await files.update('autoSaveDelay', value === 'afterDelay' ? 100 : undefined, vscode.ConfigurationTarget.Global);
}

/** Leaves saving to the tests of the surrounding describe(). */
export function saveByHand(): void {
  before(() => setAutoSave('off'));
  after(() => setAutoSave(undefined));
}
