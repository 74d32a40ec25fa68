import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Annotation, emptyAnnotation, type SliceAnnotation } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { waitFor } from '../e2e/lib/wait';
import { closeAll, decoded, extension, open } from './lib/editor';
import { EDGE, SLICES, writeNifti } from './lib/scans';

/** IPH in rows 20 to 24, columns 26 to 35: brain. */
const BRAIN = Uint32Array.from([20, 21, 22, 23, 24].flatMap((row) => [4, row, 26, 10]));

/** Where the voxels of a NIfTI-1 file without extensions begin. */
const VOXELS_AT = 352;

/** A folder of the workspace: diagnostics of files that are not open are those of the workspace. */
function workspaceFolder(...parts: string[]): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(root);
  return path.join(root, 'text', ...parts);
}

/** Writes a scan and gives the annotation of it, with a mask on slices 1 and 2. */
function annotated(name: string): Annotation {
  const voxels = readFileSync(writeNifti(workspaceFolder(`${name}.nii`))).subarray(VOXELS_AT);
  const annotation = emptyAnnotation({
    file: `${name}.nii`,
    sha256: createHash('sha256').update(voxels).digest('hex'),
    size: [EDGE, EDGE, SLICES],
    spacing: [3, 3, 5],
    affine: [3, 0, 0, -96, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1],
  });
  return changedSlice(changedSlice(annotation, 1, { runs: BRAIN }), 2, { runs: BRAIN });
}

function changedSlice(annotation: Annotation, k: number, change: Partial<SliceAnnotation>): Annotation {
  return { ...annotation, slices: annotation.slices.map((slice, n) => (n === k ? { ...slice, ...change } : slice)) };
}

function stated(
  annotation: Annotation,
  k: number,
  present: boolean,
  boxes: [number, number, number, number][] = [],
): Annotation {
  const slice = annotation.slices[k];
  assert.ok(slice);
  return changedSlice(annotation, k, { findings: { ...slice.findings, IPH: { present, boxes, made: [] } } });
}

function write(name: string, annotation: Annotation | string): vscode.Uri {
  const file = workspaceFolder(`${name}.ich.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof annotation === 'string' ? annotation : encodeAnnotation(annotation));
  return vscode.Uri.file(file);
}

/** Codes of what is told of a file now. */
const told = (uri: vscode.Uri): string => ours(uri).map(codeOf).sort().join();

const codeOf = ({ code }: vscode.Diagnostic): string => (typeof code === 'object' ? String(code.value) : '');

function ours(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Hemorica');
}

/** Waits until just these codes are told of a file. */
function codes(uri: vscode.Uri, ...expected: string[]): Promise<vscode.Diagnostic[]> {
  return waitFor(`${path.basename(uri.fsPath)}: ${expected.join(', ') || 'nothing'}`, () =>
    told(uri) === expected.sort().join() ? ours(uri) : undefined,
  );
}

async function fixes(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    diagnostic.range,
    vscode.CodeActionKind.QuickFix.value,
  );
  // The JSON extension mends nothing by itself: what has an edit is ours.
  return actions.filter(({ edit }) => edit !== undefined);
}

describe('the text of annotations', () => {
  before(async () => {
    await extension();
    mkdirSync(workspaceFolder(), { recursive: true });
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await closeAll();
  });
  after(() => rmSync(workspaceFolder(), { recursive: true, force: true, maxRetries: 5 }));

  it('is checked in files that are not open, as they come, change and go', async () => {
    const good = annotated('closed');
    const uri = write('closed', stated(good, 3, true));
    const [label] = await codes(uri, 'label-without-mask');
    const lines = readFileSync(uri.fsPath, 'utf8').split('\n');
    assert.equal(
      lines[label?.range.start.line ?? 0]?.slice(label?.range.start.character, label?.range.end.character),
      'true',
    );
    assert.ok(typeof label?.code === 'object' && label.code.target.path.endsWith('docs/diagnostics.md'));
    write('closed', encodeAnnotation(good).slice(0, -60));
    const [syntax] = await codes(uri, 'syntax');
    assert.equal(syntax?.severity, vscode.DiagnosticSeverity.Error);
    write('closed', good);
    await codes(uri);
    write('closed', {
      ...good,
      image: { ...good.image, affine: good.image.affine.map((v, n) => (n === 7 ? v + 3 : v)) },
    });
    await codes(uri, 'image-geometry');
    rmSync(uri.fsPath);
    await codes(uri);
    assert.ok(!vscode.workspace.textDocuments.some((document) => document.uri.fsPath === uri.fsPath));
  });

  it('is checked as it is typed, and mended one by one and all at once', async () => {
    const good = annotated('typed');
    const uri = write('typed', good);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await codes(uri);
    const bad = stated(stated(stated(good, 3, true), 0, true), 1, false, [[28, 20, 8, 5]]);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), encodeAnnotation(bad));
    await vscode.workspace.applyEdit(edit);
    const found = await codes(
      uri,
      'label-without-mask',
      'mask-without-label',
      'box-not-enclosing',
      'label-without-mask',
    );
    const box = found.find((one) => codeOf(one) === 'box-not-enclosing');
    assert.ok(box);
    const [fit] = await fixes(document, box);
    assert.ok(fit?.edit);
    assert.equal(fit.edit.get(uri).length, 1);
    await vscode.workspace.applyEdit(fit.edit);
    await codes(uri, 'label-without-mask', 'mask-without-label', 'label-without-mask');
    assert.deepEqual(parseAnnotation(document.getText()).slices[1]?.findings.IPH.boxes, [[26, 20, 10, 5]]);
    const label = ours(uri)[0];
    assert.ok(label);
    const all = (await fixes(document, label)).find(({ title }) => title.startsWith('Fix all 2'));
    assert.ok(all?.edit);
    await vscode.workspace.applyEdit(all.edit);
    await codes(uri, 'mask-without-label');
    const { slices } = parseAnnotation(document.getText());
    assert.deepEqual([slices[0]?.findings.IPH.present, slices[3]?.findings.IPH.present], [null, null]);
  });

  it('names line and column of what is no annotation, with the obvious mend', async () => {
    const good = encodeAnnotation(annotated('broken'));
    const uri = write('broken', good.replace('"21 P26+10"', '"21 iph26+10 D30+3"'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const [word] = await codes(uri, 'unknown-subtype');
    assert.ok(word);
    assert.equal(document.getText(word.range), 'iph26+10');
    const [mend] = await fixes(document, word);
    assert.ok(mend?.edit);
    await vscode.workspace.applyEdit(mend.edit);
    await codes(uri);
    assert.equal(document.getText(), good);
  });

  it('has lenses with volumes and hovers with figures', async () => {
    const uri = write('lens', annotated('lens'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 99);
    const titles = lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`);
    const slice = document.getText().split('\n').indexOf('   "slice": 1,');
    assert.ok(titles.includes('0 Show in Viewer'), titles.join());
    // 50 voxels of 3 x 3 x 5 mm on each of two slices.
    assert.ok(titles.includes('0 IPH 4.50 mL'), titles.join());
    assert.ok(titles.includes(`${slice} IPH 2.25 mL`) && titles.includes(`${slice} Show in Viewer`), titles.join());
    const row = document.getText().split('\n').indexOf('"22 P26+10",');
    for (const [line, expected] of [
      [slice, [/Slice 1/, /IPH.*2\.25 mL.*50.*450\.0 mm²/]],
      [row, [/Slice 1/, /IPH.*2\.25 mL/, /Row 22: IPH 10/, /command:hemorica\.showInViewer/]],
    ] as const) {
      const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        new vscode.Position(line, 5),
      );
      const text = hover?.contents.map((part) => (typeof part === 'string' ? part : part.value)).join('\n') ?? '';
      for (const pattern of expected) assert.match(text, pattern);
    }
  });

  it('leads to its slice and row in the viewer', async () => {
    const uri = write('leads', changedSlice(annotated('leads'), 1, { runs: new Uint32Array(0) }));
    await vscode.commands.executeCommand('hemorica.showInViewer', uri, 2, 22);
    const { sessions } = await extension();
    const session = await waitFor('the viewer', () => sessions.active);
    assert.equal(path.basename(session.document.uri.path), 'leads.nii');
    await waitFor('slice 2', () => session.status?.slice === 2);
    await vscode.commands.executeCommand('hemorica.showInViewer', uri, 1);
    await waitFor('slice 1', () => session.status?.slice === 1);
  });

  it('is held against the open scan, and by command against the scan on disk', async () => {
    const good = annotated('scan');
    // A corner of the picture: air.
    const outside = Uint32Array.from([...[1, 2, 3].flatMap((row) => [2, row, 1, 6]), ...BRAIN]);
    const uri = write('scan', changedSlice(good, 1, { runs: outside }));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('hemorica.checkAnnotation');
    const [found] = await codes(uri, 'outside-head');
    assert.ok(found);
    assert.equal(document.getText(found.range), 'D1+6');
    const [mend] = await fixes(document, found);
    assert.ok(mend?.edit);
    await vscode.workspace.applyEdit(mend.edit);
    await codes(uri);
    assert.deepEqual([...(parseAnnotation(document.getText()).slices[1]?.runs ?? [])], [...BRAIN]);
    await document.save();
    write('scan', { ...good, image: { ...good.image, sha256: '0'.repeat(64) } });
    await closeAll();
    await decoded(await open(workspaceFolder('scan.nii')));
    await codes(uri, 'image-voxels');
  });

  it('leaves other JSON alone', async () => {
    const file = workspaceFolder('other.json');
    writeFileSync(file, '{');
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    assert.deepEqual(ours(document.uri), []);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.deepEqual(lenses, []);
  });

  it('of a thousand annotations is read once, and only what has changed again', async () => {
    const { texts } = await extension();
    const good = annotated('many');
    const text = encodeAnnotation({ ...stated(good, 3, true), image: { ...good.image, file: 'elsewhere.nii' } });
    mkdirSync(workspaceFolder('many'));
    for (let n = 0; n < 1000; n++) writeFileSync(workspaceFolder('many', `${n}.ich.json`), text);
    const at = (n: number): vscode.Uri => vscode.Uri.file(workspaceFolder('many', `${n}.ich.json`));
    const { token } = new vscode.CancellationTokenSource();
    await texts.closed.all(token);
    await waitFor('all of them', () => ours(at(999)).length === 1 && ours(at(0)).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = texts.closed.read;
    await texts.closed.all(token);
    assert.equal(texts.closed.read, before);
    writeFileSync(at(7).fsPath, encodeAnnotation(good));
    await waitFor('the changed one', () => ours(at(7)).length === 0);
    assert.ok(texts.closed.read <= before + 3, `${texts.closed.read - before} files were read again`);
  });
});
