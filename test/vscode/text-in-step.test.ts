import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { applyEdit } from '../../src/core/document/apply';
import type { ScanSession } from '../../src/extension/editor/session';
import { waitFor } from '../e2e/lib/wait';
import {
  annotationOf,
  IPH,
  isDirty,
  paint,
  runsOf,
  saveByHand,
  stroke,
  textOf,
  untilClean,
  untilDirty,
} from './lib/annotating';
import { closeAll, decoded, open } from './lib/editor';
import { useFolder, writeNifti } from './lib/scans';

const run = (command: string): Thenable<unknown> => vscode.commands.executeCommand(command);

describe('the open text of an annotation', () => {
  const at = useFolder();
  saveByHand();
  afterEach(async () => {
    await run('workbench.action.files.revert');
    await closeAll();
  });

  /** A scan with a saved annotation, and its text open beside it. */
  const openBoth = async (name: string) => {
    const session = await decoded(await open(writeNifti(at(`${name}.nii`))));
    paint(session, 1, 20, 10, 14);
    await untilDirty(session.document.uri);
    await run('workbench.action.files.save');
    const { uri } = session.document;
    await untilClean(uri);
    const file = at(`${name}.ich.json`);
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    return { session, uri, file, document, editor };
  };
  const inStep = (session: ScanSession, document: vscode.TextDocument): Promise<unknown> =>
    waitFor('the text in step', () => document.getText() === textOf(session));
  /** Types over the line of a row of a slice, as a user would. */
  const typeRow = async (editor: vscode.TextEditor, slice: number, row: number, line: string): Promise<void> => {
    const lines = editor.document.getText().split('\n');
    const first = lines.findIndex((text) => text.includes(`"slice": ${slice},`));
    const rows = lines.findIndex((text, n) => n > first && text.includes('"rows": ['));
    const range = editor.document.lineAt(rows + 1 + row).range;
    await editor.edit((builder) => builder.replace(range, line));
  };
  /** Does something several times and tells how long it took to arrive, the middle and the longest; time fails nothing. */
  const measure = async (
    what: string,
    step: (n: number) => unknown,
    arrived: (n: number) => boolean,
  ): Promise<void> => {
    const times: number[] = [];
    for (let n = 0; n < 9; n++) {
      const start = performance.now();
      await step(n);
      while (!arrived(n)) {
        assert.ok(performance.now() - start < 60_000, `${what} never arrived`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      times.push(Math.round(performance.now() - start));
    }
    times.sort((a, b) => a - b);
    console.log(`      ${what}: median ${times[4]} ms, at most ${times[8]} ms`);
  };

  it('follows edits of the scan, and changes only their lines', async () => {
    const { session, uri, document } = await openBoth('follows');
    const changed = new Set<number>();
    const subscription = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document) return;
      for (const { range } of event.contentChanges) changed.add(range.start.line).add(range.end.line);
    });
    const edit = stroke(2, 40, 10, 14);
    const after = encodeAnnotation(applyEdit(annotationOf(session), edit));
    session.document.annotated.edit(edit, session);
    await waitFor('the edited text', () => document.getText() === after);
    await inStep(session, document);
    assert.equal(changed.size, 1, 'all within one line');
    subscription.dispose();
    await untilDirty(uri);
    await untilDirty(document.uri);
  });

  it('is followed by the scan, one step to undo for one change', async () => {
    const { session, uri, editor, document } = await openBoth('followed');
    const line =
      document
        .getText()
        .split('\n')
        .find((text) => text.startsWith('"20 ')) ?? assert.fail();
    await typeRow(editor, 2, 20, line.replace(/,?$/, ','));
    await waitFor('the typed row', () => runsOf(session, 2).length === 4);
    assert.deepEqual(runsOf(session, 2), [IPH, 20, 10, 5]);
    await untilDirty(uri);
    await vscode.commands.executeCommand('vscode.open', uri, vscode.ViewColumn.One);
    await run('undo');
    await waitFor('the undone text', () => runsOf(session, 2).length === 0);
    await inStep(session, document);
    await untilClean(uri);
  });

  it('is in step within moments, both ways', async () => {
    const { session, editor, document } = await openBoth('moments');
    const row = (n: number): number => 30 + n;
    const line =
      document
        .getText()
        .split('\n')
        .find((text) => text.startsWith('"20 ')) ?? assert.fail();
    const runs = line.slice(line.indexOf(' '), line.lastIndexOf('"'));
    await measure(
      'an edit of the scan is in the text',
      (n) => paint(session, 2, row(n), 10, 14),
      (n) => document.getText().includes(`"${row(n)}${runs}"`),
    );
    await measure(
      'an edit of the text is in the scan',
      (n) => typeRow(editor, 3, row(n), `"${row(n)}${runs}",`),
      (n) => runsOf(session, 3).length === 4 * (n + 1),
    );
    assert.deepEqual(runsOf(session, 2), runsOf(session, 3));
  });

  it('is saved with the scan, and saves it', async () => {
    const { session, uri, file, document } = await openBoth('saved');
    paint(session, 2, 40, 10, 14);
    await untilDirty(document.uri);
    await vscode.workspace.save(uri);
    await untilClean(uri);
    await untilClean(document.uri);
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
    paint(session, 2, 41, 10, 14);
    await inStep(session, document);
    await untilDirty(uri);
    await document.save();
    await untilClean(document.uri);
    await untilClean(uri);
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
  });

  it('leaves the last good mask while it is not valid, and is then followed again', async () => {
    const { session, uri, editor, document } = await openBoth('invalid');
    await typeRow(editor, 2, 20, '"20 nonsense",');
    const view = await waitFor('the banner', () => {
      const { annotation } = session.document;
      return annotation.state === 'shown' && annotation.problem ? annotation : undefined;
    });
    assert.match(view.problem ?? '', /^invalid\.ich\.json, line \d+, column \d+: /);
    assert.deepEqual(runsOf(session, 1), [IPH, 20, 10, 5]);
    assert.throws(() => paint(session, 3, 40, 10, 14), /line \d+/);
    await assert.rejects(session.document.annotated.save(), /Not saved/);
    assert.match(document.getText(), /nonsense/);
    await typeRow(editor, 2, 20, '20,');
    await waitFor('no banner', () => {
      const { annotation } = session.document;
      return annotation.state === 'shown' && annotation.problem === undefined;
    });
    paint(session, 3, 40, 10, 14);
    await inStep(session, document);
    await vscode.workspace.save(uri);
    await untilClean(uri);
  });

  it('of another image keeps the mask and says why', async () => {
    const { session, editor, document } = await openBoth('other-image');
    const text = document.getText();
    const at64 = text.indexOf('"sha256": "') + '"sha256": "'.length;
    const range = new vscode.Range(document.positionAt(at64), document.positionAt(at64 + 64));
    await editor.edit((builder) => builder.replace(range, '0'.repeat(64)));
    await waitFor('the banner', () => {
      const { annotation } = session.document;
      return annotation.state === 'shown' && /other voxel values/.test(annotation.problem ?? '');
    });
    assert.deepEqual(runsOf(session, 1), [IPH, 20, 10, 5]);
  });

  it('takes undo of the text as a change like any other', async () => {
    const { session, uri, document, editor } = await openBoth('text-undo');
    await typeRow(
      editor,
      2,
      20,
      document
        .getText()
        .split('\n')
        .find((text) => text.startsWith('"20 ')) ?? '',
    );
    await waitFor('the typed row', () => runsOf(session, 2).length === 4);
    await untilDirty(uri);
    await run('undo');
    await waitFor('the row taken back', () => runsOf(session, 2).length === 0);
    await untilClean(document.uri);
    await untilClean(uri);
  });

  it('and the scan reload together when others change the file', async () => {
    const { session, uri, file, document } = await openBoth('outside');
    writeFileSync(file, encodeAnnotation(applyEdit(annotationOf(session), stroke(3, 5, 1, 2))));
    await waitFor('the row', () => runsOf(session, 3).length === 4);
    await inStep(session, document);
    await untilClean(document.uri);
    assert.equal(isDirty(uri), false);
  });

  it('comes in step when it is opened after edits', async () => {
    const session = await decoded(await open(writeNifti(at('late.nii'))));
    paint(session, 1, 20, 10, 14);
    await untilDirty(session.document.uri);
    await run('workbench.action.files.save');
    await untilClean(session.document.uri);
    paint(session, 2, 20, 10, 14);
    const document = await vscode.workspace.openTextDocument(at('late.ich.json'));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    await inStep(session, document);
    await vscode.workspace.save(session.document.uri);
    await untilClean(document.uri);
  });

  it('with CR and LF at its line ends is read, and is LF after an edit', async () => {
    const session = await decoded(await open(writeNifti(at('crlf.nii'))));
    paint(session, 1, 20, 10, 14);
    await untilDirty(session.document.uri);
    await run('workbench.action.files.save');
    await untilClean(session.document.uri);
    writeFileSync(at('crlf.ich.json'), textOf(session).replaceAll('\n', '\r\n'));
    await session.document.annotated.file.load();
    const document = await vscode.workspace.openTextDocument(at('crlf.ich.json'));
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    assert.equal(document.isDirty, false);
    paint(session, 2, 20, 10, 14);
    await inStep(session, document);
    await vscode.workspace.save(session.document.uri);
    await untilClean(document.uri);
    assert.equal(readFileSync(at('crlf.ich.json'), 'utf8'), textOf(session));
  });
});
