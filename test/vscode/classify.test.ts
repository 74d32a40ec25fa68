import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { imageReference } from '../../src/core/annotation/image';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import type { ScanSession } from '../../src/extension/editor/session';
import { waitFor } from '../e2e/lib/wait';
import { writeClassifier } from '../fixtures/classifier';
import { annotationOf, paint, saveByHand, untilClean, untilDirty } from './lib/annotating';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

const RUN = 'hemorica.runClassification';

interface Item {
  readonly label: string;
  readonly description?: string;
}

/** Answers the lists that VS Code would show with what `choose` picks; returns what they offered. */
async function choosing(
  choose: (items: readonly Item[]) => Item | undefined,
  during: () => Thenable<unknown>,
): Promise<Item[][]> {
  const offered: Item[][] = [];
  const window = vscode.window as unknown as { showQuickPick: (items: Item[]) => Promise<Item | undefined> };
  const original = window.showQuickPick;
  window.showQuickPick = async (items) => {
    offered.push(items);
    return choose(items);
  };
  try {
    await during();
    // A list that is the end of a run is not waited for by the command.
    await waitFor('a list', () => offered.length > 0);
  } finally {
    window.showQuickPick = original;
  }
  return offered;
}

describe('Run Hemorrhage Classification', () => {
  const at = useFolder();
  saveByHand();
  afterEach(closeAll);
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('hemorica.models');
  const use = (name: string | undefined): Thenable<void> =>
    settings().update('classification', name, vscode.ConfigurationTarget.Global);
  before(async () => {
    // The head of these scans has about 162 without blood and 174 with it.
    writeClassifier(at('networks', 'toy-cls'), { offsets: [-168, -170, -200] });
    writeClassifier(at('networks', 'toy-any'), { name: 'toy-any', labels: ['any'], offsets: [-168] });
    await settings().update('folders', [at('networks')], vscode.ConfigurationTarget.Global);
    await use('toy-cls');
  });
  after(async () => {
    await settings().update('folders', undefined, vscode.ConfigurationTarget.Global);
    await use(undefined);
  });
  const shown = ({ document }: ScanSession) => document.classification.view ?? assert.fail('There is no result.');
  const suspected = (session: ScanSession): boolean[] => shown(session).result.slices.map(({ any = 0 }) => any >= 0.5);
  /** What is stated of IPH, of slices and patient. */
  const stated = (session: ScanSession): unknown[] => {
    const { slices, patient } = annotationOf(session);
    return [...slices.map(({ findings }) => findings.IPH.present), patient.IPH];
  };

  it('shows what the model says of the scan in front, and writes nothing', async () => {
    const session = await decoded(await open(writeNifti(at('front.nii.gz'))));
    const said = await answering('showInformationMessage', undefined, async () => {
      await vscode.commands.executeCommand(RUN);
    });
    assert.deepEqual(suspected(session), [false, true, true, false]);
    const { model, classes, patient } = shown(session).result;
    assert.deepEqual([model.name, model.provider], ['toy-cls', 'cpu']);
    assert.deepEqual(classes, ['any', 'SAH', 'IPH']);
    assert.ok((patient.any ?? 0) > 0.9);
    assert.equal(said.length, 1);
    assert.match(
      said[0] ?? '',
      /^front\.nii\.gz: blood >\u00a099\u00a0% \(IPH [^)]+\), 2 of 4 slices suspected\. For research/,
    );
    assert.equal(session.document.annotated.annotation, undefined);
    assert.equal(existsSync(at('front.ich.json')), false);
  });

  it('makes labels of it that undo takes back, with the model named', async () => {
    const session = await decoded(await open(writeNifti(at('labels.nii'))));
    const { uri } = session.document;
    paint(session, 0, 30, 1, 3);
    await untilDirty(uri);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await untilClean(uri);
    await vscode.commands.executeCommand(RUN);
    await choosing(
      ([merge]) => merge,
      () => vscode.commands.executeCommand('hemorica.setLabelsFromClassification'),
    );
    assert.deepEqual(stated(session), [null, true, true, null, true]);
    const { name, version, sha256, provider } = shown(session).result.model;
    const source = { model: { name, version, sha256, threshold: 0.5, provider } };
    assert.deepEqual(annotationOf(session).slices[1]?.findings.IPH.made, [source]);
    await untilDirty(uri);
    await vscode.commands.executeCommand('undo');
    await waitFor('the labels to be gone', () => stated(session).every((one) => one === null));
    assert.ok((annotationOf(session).slices[0]?.runs.length ?? 0) > 0, 'the drawing is another step');
    await vscode.commands.executeCommand('redo');
    await waitFor('the labels', () => stated(session)[4] === true);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await untilClean(uri);
  });

  it('asks what blood is to be called where the model tells no subtypes apart', async () => {
    await use('toy-any');
    try {
      const session = await decoded(await open(writeNifti(at('binary.nii'))));
      await vscode.commands.executeCommand(RUN);
      const offered = await choosing(
        (items) => items.find(({ label }) => label === 'IPH') ?? items[1],
        () => vscode.commands.executeCommand('hemorica.setLabelsFromClassification'),
      );
      assert.deepEqual(
        offered.map((items) => items.length),
        [5, 2],
      );
      assert.deepEqual(stated(session), [null, true, true, null, true]);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    } finally {
      await use('toy-cls');
    }
  });

  it('opens a scan of the explorer to show its result', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('series', `${slice}.dcm`), { series, slice });
    const chosen = [2, 0].map((n) => vscode.Uri.file(at('series', `${n}.dcm`)));
    await vscode.commands.executeCommand(RUN, chosen[0], chosen);
    const { sessions } = await extension();
    assert.equal(sessions.size, 1);
    const session = await decoded(sessions.all[0] ?? assert.fail());
    await waitFor('the result', () => session.document.classification.view);
    assert.deepEqual(suspected(session), [false, true, true, false]);
  });

  it('lists the scans of a folder, the most suspicious first, and opens the one that is chosen', async () => {
    writeNifti(at('cohort', 'b', 'sick.nii'));
    writeNifti(at('cohort', 'a', 'sick.nii.gz'), 7);
    writeFileSync(at('cohort', 'cut.nii'), 'no scan at all');
    const offered = await choosing(
      (items) => items[0],
      () => vscode.commands.executeCommand(RUN, vscode.Uri.file(at('cohort'))),
    );
    const labels = (offered[0] ?? []).map(({ label }) => label);
    assert.equal(labels.length, 3);
    for (const label of labels.slice(0, 2)) assert.match(label, /^>\u00a099\u00a0% {2}sick\.nii/);
    assert.equal(labels[2], '$(error) cut.nii');
    const { sessions } = await extension();
    const session = await decoded(await waitFor('an editor', () => sessions.all[0]));
    await waitFor('the result', () => session.document.classification.view);
    // The list is there for the next one.
    const again = await choosing(
      (items) => items[1],
      () => vscode.commands.executeCommand('hemorica.showClassificationResults'),
    );
    assert.deepEqual(
      again[0]?.map(({ label }) => label),
      labels,
    );
    await waitFor('another editor', () => sessions.size === 2);
    assert.deepEqual(readdirSync(at('cohort', 'a')), ['sick.nii.gz']);
  });

  it('keeps the result while the scan is open, in every view of it, until it is dismissed', async () => {
    const file = writeNifti(at('kept.nii'));
    const session = await decoded(await open(file));
    await vscode.commands.executeCommand(RUN);
    session.document.classification.choose(0.99);
    await vscode.commands.executeCommand('workbench.action.splitEditor');
    const { sessions } = await extension();
    await waitFor(
      'two views',
      () => sessions.size === 2 && sessions.all.every(({ document }) => document.classification.view),
    );
    assert.equal(new Set(sessions.all.map(({ document }) => document)).size, 1);
    assert.equal(shown(session).threshold, 0.99);
    await open(writeNifti(at('other.nii')));
    await open(file);
    assert.ok(shown(session));
    await vscode.commands.executeCommand('hemorica.dismissClassification');
    assert.equal(session.document.classification.view, undefined);
    await closeAll();
    assert.equal((await decoded(await open(file))).document.classification.view, undefined);
  });

  it('is not shown over other voxels than the model saw', async () => {
    const session = await decoded(await open(writeNifti(at('voxels.nii'))));
    await vscode.commands.executeCommand(RUN);
    const { classification } = session.document;
    const { result } = shown(session);
    const { decoded: scan } = session.document;
    assert.ok(scan);
    const image = { ...imageReference(scan, '0'.repeat(64), 'voxels.nii') };
    classification.show({ ...result, image, attempts: [], notices: [] });
    assert.equal(classification.view, undefined);
    assert.match(classification.problem ?? '', /other voxels than those shown/);
    assert.throws(() => classification.setLabels({ mode: 'merge' }), /no classification of this scan/);
  });

  it('says what is wrong with a scan that cannot be read, and leaves nothing behind', async () => {
    writeFileSync(at('short.nii'), 'too short');
    const said = await answering('showErrorMessage', undefined, () =>
      vscode.commands.executeCommand(RUN, vscode.Uri.file(at('short.nii'))),
    );
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^short\.nii: .+\. .+\.$/);
    assert.equal((await extension()).sessions.size, 0);
  });

  it('shows nothing when it is stopped', async () => {
    const session = await decoded(await open(writeNifti(at('stopped.nii'))));
    const window = vscode.window as unknown as { withProgress: typeof vscode.window.withProgress };
    const original = window.withProgress;
    let stages = 0;
    window.withProgress = (options, task) => {
      const cancel = new vscode.CancellationTokenSource();
      const report = (): void => {
        stages++;
        cancel.cancel();
      };
      return original({ ...options, cancellable: false }, () => task({ report }, cancel.token));
    };
    try {
      await vscode.commands.executeCommand(RUN);
    } finally {
      window.withProgress = original;
    }
    assert.ok(stages > 0);
    assert.equal(session.document.classification.view, undefined);
  });

  it('says so when there is nothing to run on', async () => {
    const said = await answering('showInformationMessage', undefined, () => vscode.commands.executeCommand(RUN));
    assert.deepEqual(said, ['Open a scan first.']);
  });

  if (DEFAULT_MODELS.classification === undefined) {
    it('says how to get a model where none is installed', async () => {
      await use(undefined);
      try {
        const said = await answering('showErrorMessage', undefined, () =>
          vscode.commands.executeCommand(RUN, vscode.Uri.file(writeNifti(at('without.nii')))),
        );
        assert.match(said[0] ?? '', /no model for classification\. Add one/i);
      } finally {
        await use('toy-cls');
      }
    });
  }
});
