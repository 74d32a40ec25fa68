import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { emptyAnnotation } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { diceOf, overlapOf } from '../../src/core/metrics/disagreement';
import type { ListedScan } from '../../src/protocol/disagreement';
import { waitFor } from '../e2e/lib/wait';
import { writeSegmenter } from '../fixtures/segmenter';
import { closeAll, decoded, extension } from './lib/editor';
import { EDGE, SLICES, useFolder, writeNifti } from './lib/scans';

/** Where the voxels of a file of writeNifti begin. */
const VOXELS_AT = 352;

describe('Find Disagreements of Model and Annotations', function () {
  this.timeout(120_000);
  const at = useFolder();
  const setting = (name: string, value: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration('hemorica').update(name, value, vscode.ConfigurationTarget.Global);

  before(async () => {
    await setting('models.folders', [writeSegmenter(at('models', 'toy'), { name: 'toy-seg' })]);
    await setting('models.segmentation', 'toy-seg');
  });
  after(async () => {
    await setting('models.folders', undefined);
    await setting('models.segmentation', undefined);
  });
  afterEach(async () => {
    (await extension()).disagreements.of(at('cohort'))?.dispose();
    await closeAll();
  });

  /** A scan, moved by `shift` mm, and an annotation of it where it was, with IPH in rows of slice 3, where the scan has no blood. */
  function write(name: string, rows: readonly number[], shift = 0): void {
    const voxels = readFileSync(writeNifti(at('cohort', `${name}.nii`), shift)).subarray(VOXELS_AT);
    const annotation = emptyAnnotation({
      file: `${name}.nii`,
      sha256: createHash('sha256').update(voxels).digest('hex'),
      size: [EDGE, EDGE, SLICES],
      spacing: [3, 3, 5],
      affine: [3, 0, 0, -96, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1],
    });
    const runs = Uint32Array.from(rows.flatMap((row) => [4, row, 20, 10]));
    const slices = annotation.slices.map((slice, k) => (k === 3 ? { ...slice, runs } : slice));
    writeFileSync(at('cohort', `${name}.ich.json`), encodeAnnotation({ ...annotation, slices }));
  }

  const find = () => vscode.commands.executeCommand('hemorica.findDisagreements', vscode.Uri.file(at('cohort')));
  async function panel() {
    const { disagreements } = await extension();
    return waitFor('the list', () => disagreements.of(at('cohort')));
  }
  const summary = ({ name, disagreement, problem }: ListedScan): unknown[] =>
    disagreement
      ? [
          path.basename(name, '.ich.json'),
          disagreement.lesions.map(({ kind, subtype }) => `${kind} ${subtype}`).join(),
          overlapOf(disagreement.voxels, 'any').missed,
        ]
      : [path.basename(name, '.ich.json'), problem];

  it('compares a folder, names what cannot be compared, and runs the model once for each scan', async () => {
    write('empty', []);
    write('missed', [30, 31]);
    write('shifted', [], 40);
    await find();
    const list = await panel();
    assert.deepEqual(
      [list.view.folder, list.view.model, list.view.progress.running],
      ['cohort', { name: 'toy-seg', version: '1.0.0', threshold: 0.5 }, false],
    );
    const [empty, other, shifted] = list.view.scans;
    assert.ok(empty?.disagreement && other?.disagreement && shifted, JSON.stringify(list.view.scans.map(summary)));
    const found = empty.disagreement.lesions.map(({ kind }) => kind);
    assert.deepEqual([...new Set(found)], ['false']);
    assert.equal(diceOf(empty.disagreement.voxels, 'any'), 0);
    assert.equal(overlapOf(other.disagreement.voxels, 'any').missed, 20);
    assert.deepEqual(other.disagreement.lesions[0]?.at, [24, 30, 3]);
    assert.match(shifted.problem ?? '', /^shifted\.ich\.json: The annotation places its voxels up to 40\.0 mm/);
    assert.deepEqual(empty.order, { slices: SLICES, fromLast: false });

    // A network that cannot run: whatever is known from now on was known before.
    writeFileSync(at('models', 'toy', 'model.onnx'), 'no network');
    // Watching begins a little after the list is there: what was saved before is saved again.
    let asked = 0;
    await waitFor('the saved annotation', () => {
      if (asked++ % 30 === 0) write('missed', [30]);
      return list.view.scans.some(
        ({ disagreement }) => disagreement && overlapOf(disagreement.voxels, 'any').missed === 10,
      );
    });
    write('later', [], 10);
    await find();
    const again = (await panel()).view.scans.map(summary);
    assert.deepEqual(again[0], summary(empty));
    assert.match(String(again[1]?.[1]), /SHA-256/);
    assert.deepEqual(again[2]?.slice(2), [10]);
    writeSegmenter(at('models', 'toy'), { name: 'toy-seg' });
  });

  it('opens the place in the scan, with what the model found as a proposal', async () => {
    write('missed', [30, 31]);
    await find();
    const list = await panel();
    await list.open('missed.ich.json', { at: [24, 30, 3], focus: true });
    const { sessions } = await extension();
    const session = await decoded(await waitFor('the editor', () => sessions.all[0]));
    await waitFor('the slice', () => session.status?.slice === 3);
    assert.equal(vscode.window.tabGroups.all.length, 2);
    const proposal = await waitFor('the proposal', () => session.document.proposal.present);
    assert.equal(proposal.proposal.model.name, 'toy-seg');
    assert.equal(proposal.proposal.image.sha256, session.document.decoded?.sha256);
    await list.open('missed.ich.json', { at: [30, 30, 1], focus: false });
    await waitFor('the other slice', () => session.status?.slice === 1);
    assert.equal(sessions.size, 1);
  });

  it('says that a folder without annotations has none', async () => {
    const { window } = vscode;
    const original = window.showInformationMessage;
    const said: string[] = [];
    const replaced = window as unknown as { showInformationMessage: unknown };
    replaced.showInformationMessage = async (message: string) => said.push(message);
    try {
      await vscode.commands.executeCommand('hemorica.findDisagreements', vscode.Uri.file(at('models')));
    } finally {
      replaced.showInformationMessage = original;
    }
    assert.deepEqual(said, ['models holds no annotation (*.ich.json) to compare with a model.']);
    assert.equal((await extension()).disagreements.of(at('models')), undefined);
  });
});
