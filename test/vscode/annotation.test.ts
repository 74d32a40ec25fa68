import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { emptyAnnotation, emptySlice, masksOf } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { type ImageReference, imageReference } from '../../src/core/annotation/image';
import type { ScanSession } from '../../src/extension/editor/session';
import { waitFor } from '../e2e/lib/wait';
import { closeAll, decoded, open } from './lib/editor';
import { newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

/** Label IPH in row 20, columns 10 to 14. */
const RUNS = Uint32Array.of(4, 20, 10, 5);

/** An annotation of the scan that a session shows, with a mask on slice 1; `change` makes it one of another scan. */
function annotationOf(session: ScanSession, change: Partial<ImageReference> = {}): string {
  const scan = session.document.decoded;
  assert.ok(scan);
  const image = imageReference(scan, scan.sha256, session.document.name);
  const annotation = emptyAnnotation({ ...image, ...change }, [{ reader: 'AB' }]);
  const slices = annotation.slices.map((slice, k) => (k === 1 ? { ...emptySlice(), runs: RUNS } : slice));
  return encodeAnnotation({ ...annotation, slices });
}

describe('the annotation of an open scan', () => {
  const at = useFolder();
  afterEach(closeAll);

  const openNew = async (name: string): Promise<{ session: ScanSession; file: string }> => {
    const session = await decoded(await open(writeNifti(at(`${name}.nii`))));
    return { session, file: at(`${name}.ich.json`) };
  };
  const waitForState = <S extends 'none' | 'shown' | 'refused'>(session: ScanSession, state: S) =>
    waitFor(`the annotation: ${state}`, () => {
      const { annotation } = session.document;
      return annotation.state === state ? (annotation as typeof annotation & { state: S }) : undefined;
    });

  it('is none where there is no file', async () => {
    const { session } = await openNew('none');
    assert.deepEqual(session.document.annotation, { state: 'none' });
  });

  it('is shown when its file appears, changes and goes', async () => {
    const { session, file } = await openNew('comes');
    writeFileSync(file, annotationOf(session));
    const view = await waitForState(session, 'shown');
    assert.deepEqual(view.slices, [{ slice: 1, runs: RUNS }]);
    assert.deepEqual([view.file, view.fields.made, view.problem], ['comes.ich.json', [{ reader: 'AB' }], undefined]);
    const annotation = session.document.annotated.annotation;
    assert.ok(annotation);
    writeFileSync(file, encodeAnnotation({ ...annotation, slices: annotation.slices.map(emptySlice) }));
    await waitFor('the empty mask', () => {
      const now = session.document.annotation;
      return now.state === 'shown' && now.slices.length === 0;
    });
    rmSync(file);
    await waitForState(session, 'none');
  });

  it('is there at once when the scan is opened again', async () => {
    const { session, file } = await openNew('again');
    writeFileSync(file, annotationOf(session));
    await waitForState(session, 'shown');
    await closeAll();
    const next = await decoded(await open(at('again.nii')));
    assert.equal(next.document.annotation.state, 'shown');
  });

  for (const [what, change] of [
    ['size', { size: [64, 64, 5] }],
    ['place', { affine: [3, 0, 0, -93, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1] }],
    ['orientation', { affine: [-3, 0, 0, 93, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1] }],
    ['voxel values', { sha256: '0'.repeat(64) }],
  ] as const satisfies readonly (readonly [string, Partial<ImageReference>])[]) {
    it(`is refused when it is of another ${what}`, async () => {
      const { session, file } = await openNew(what.replace(' ', '-'));
      writeFileSync(file, annotationOf(session, change));
      const { message, file: name } = await waitForState(session, 'refused');
      assert.equal(name, `${what.replace(' ', '-')}.ich.json`);
      assert.match(message, /scan/);
    });
  }

  it('keeps the last good mask while the text cannot be read', async () => {
    const { session, file } = await openNew('broken');
    const good = annotationOf(session);
    writeFileSync(file, good);
    await waitForState(session, 'shown');
    writeFileSync(file, good.slice(0, -30));
    const view = await waitFor('the problem', () => {
      const { annotation } = session.document;
      return annotation.state === 'shown' && annotation.problem ? annotation : undefined;
    });
    assert.deepEqual(view.slices, [{ slice: 1, runs: RUNS }]);
    assert.match(view.problem ?? '', /^broken\.ich\.json, line \d+, column \d+: /);
    writeFileSync(file, good);
    await waitFor('the mended file', () => {
      const { annotation } = session.document;
      return annotation.state === 'shown' && annotation.problem === undefined;
    });
  });

  it('says what is wrong with a file that could never be read', async () => {
    const { session, file } = await openNew('never');
    writeFileSync(file, '{}');
    assert.match((await waitForState(session, 'refused')).message, /never\.ich\.json, line 1/);
  });

  it('of a series is named after the folder, and found by its SeriesInstanceUID under any name', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('ct', `${slice}.dcm`), { series, slice });
    const session = await decoded(await open(at('ct', '2.dcm')));
    assert.equal(session.document.decoded?.seriesInstanceUid, series);
    writeFileSync(at('ct', 'ct.ich.json'), annotationOf(session));
    await waitForState(session, 'shown');
    rmSync(at('ct', 'ct.ich.json'));
    await waitForState(session, 'none');
    writeFileSync(at('ct', 'reading.ich.json'), annotationOf(session));
    assert.equal((await waitForState(session, 'shown')).file, 'reading.ich.json');
  });

  it('opens as text beside the scan', async () => {
    const { session, file } = await openNew('text');
    writeFileSync(file, annotationOf(session));
    await waitForState(session, 'shown');
    await vscode.commands.executeCommand('hemorica.showAnnotation');
    const editor = await waitFor('the text editor', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.uri.fsPath, file);
    assert.equal(editor.document.getText(), readFileSync(file, 'utf8'));
    assert.equal(editor.viewColumn, vscode.ViewColumn.Two);
  });

  it('is let go with its editor', async () => {
    const { session, file } = await openNew('closed');
    await closeAll();
    writeFileSync(file, annotationOf(session));
    const other = await openNew('closed-after');
    writeFileSync(other.file, annotationOf(other.session));
    await waitForState(other.session, 'shown');
    assert.equal(session.document.annotated.file.uri, undefined);
  });

  it('is left alone by a reload that finds the same content', async () => {
    const { session, file } = await openNew('same');
    writeFileSync(file, annotationOf(session));
    await waitForState(session, 'shown');
    let changes = 0;
    const subscription = session.document.annotated.onDidChange(() => changes++);
    await session.document.annotated.file.load();
    assert.equal(changes, 0);
    assert.equal(masksOf(session.document.annotated.annotation ?? assert.fail()).length, 1);
    subscription.dispose();
  });
});
