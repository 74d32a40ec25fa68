import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { DEFAULT_MODELS } from '../../src/core/model/default-models';
import { waitFor } from '../e2e/lib/wait';
import { annotationOf, paint, runsOf, saveByHand, untilClean, untilDirty } from './lib/annotating';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { EDGE, newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

const RUN = 'hemorica.runSegmentation';

describe('Run Hemorrhage Segmentation', () => {
  const at = useFolder();
  saveByHand();
  afterEach(closeAll);
  // The answer to the message at the end is not waited for by the command.
  const run = (file: string) => vscode.commands.executeCommand(RUN, vscode.Uri.file(file));

  it('writes the first annotation of the scan in front, which shows it', async () => {
    const session = await decoded(await open(writeNifti(at('front.nii.gz'))));
    const { uri } = session.document;
    await vscode.commands.executeCommand(RUN);
    const annotation = annotationOf(session);
    assert.deepEqual(annotation.image.size, [EDGE, EDGE, SLICES]);
    assert.equal(annotation.image.file, 'front.nii.gz');
    assert.equal(annotation.image.sha256, session.document.decoded?.sha256);
    const [source] = annotation.made;
    assert.ok(source && 'model' in source);
    assert.deepEqual([source.model.name, source.model.provider], [DEFAULT_MODELS.segmentation, 'cpu']);
    assert.equal(session.document.annotation.state, 'shown');
    await untilClean(uri);
    assert.equal(readFileSync(at('front.ich.json'), 'utf8'), encodeAnnotation(annotation));
  });

  it('keeps what was drawn in the scan in front for undo', async () => {
    const session = await decoded(await open(writeNifti(at('drawn.nii'))));
    paint(session, 3, 60, 1, 3);
    await untilDirty(session.document.uri);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await untilClean(session.document.uri);
    await vscode.commands.executeCommand(RUN);
    const drawn = () => runsOf(session, 3).some((row, n) => n % 4 === 1 && row === 60);
    assert.equal(drawn(), false);
    await untilDirty(session.document.uri);
    await vscode.commands.executeCommand('undo');
    await waitFor('the drawing', drawn);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('runs on a scan of the explorer that is not open', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('series', `${slice}.dcm`), { series, slice });
    await run(at('series', '0.dcm'));
    const { image } = parseAnnotation(readFileSync(at('series', 'series.ich.json'), 'utf8'));
    assert.equal(image.seriesInstanceUid, series);
    assert.deepEqual(image.size, [EDGE, EDGE, SLICES]);
    assert.equal((await extension()).sessions.size, 0);
  });

  it('asks before it replaces an annotation, and keeps it if the answer is no', async () => {
    const file = writeNifti(at('twice.nii'));
    const annotation = at('twice.ich.json');
    writeFileSync(annotation, 'my work');
    const asked = await answering('showWarningMessage', undefined, () => run(file));
    assert.deepEqual(asked, ['twice.ich.json exists already. Replace it with what the model finds?']);
    assert.equal(readFileSync(annotation, 'utf8'), 'my work');
    await answering('showWarningMessage', 'Replace', () => run(file));
    parseAnnotation(readFileSync(annotation, 'utf8'));
  });

  it('asks again when an annotation has appeared while the model ran', async () => {
    const file = writeNifti(at('race.nii'));
    const annotation = at('race.ich.json');
    const asked = await answering('showWarningMessage', undefined, async () => {
      const running = run(file);
      writeFileSync(annotation, 'from elsewhere');
      await running;
    });
    assert.equal(asked.length, 1);
    assert.equal(readFileSync(annotation, 'utf8'), 'from elsewhere');
  });

  it('keeps unsaved changes of the text unless they are given up', async () => {
    const file = writeNifti(at('unsaved.nii'));
    await vscode.workspace.fs.writeFile(vscode.Uri.file(at('unsaved.ich.json')), Buffer.from('{}'));
    const document = await vscode.workspace.openTextDocument(at('unsaved.ich.json'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((builder) => builder.insert(new vscode.Position(0, 1), ' '));
    const asked = await answering('showWarningMessage', undefined, () => run(file));
    assert.equal(asked.length, 1);
    assert.equal(document.getText(), '{ }');
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('says what is wrong with a scan that cannot be read, and leaves nothing behind', async () => {
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad', 'short.nii'), readFileSync(writeNifti(at('whole.nii'))).subarray(0, 5000));
    const said = await answering('showErrorMessage', undefined, () => run(at('bad', 'short.nii')));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^short\.nii: .+\. .+\.$/);
    assert.deepEqual(readdirSync(at('bad')), ['short.nii']);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const file = writeNifti(at('cancelled', 'scan.nii'));
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
      await run(file);
    } finally {
      window.withProgress = original;
    }
    assert.ok(stages > 0);
    assert.deepEqual(readdirSync(at('cancelled')), ['scan.nii']);
  });

  it('says so when there is nothing to run on', async () => {
    const said = await answering('showInformationMessage', undefined, () => vscode.commands.executeCommand(RUN));
    assert.deepEqual(said, ['Open a scan first.']);
  });

  if (process.getuid?.() !== 0 && process.platform !== 'win32') {
    it('offers another place where it cannot write', async () => {
      const file = writeNifti(at('locked', 'scan.nii'));
      const elsewhere = at('elsewhere.ich.json');
      const window = vscode.window as unknown as { showSaveDialog: () => Promise<vscode.Uri> };
      const original = window.showSaveDialog;
      window.showSaveDialog = async () => vscode.Uri.file(elsewhere);
      chmodSync(path.dirname(file), 0o555);
      try {
        await answering('showErrorMessage', 'Save As...', () => run(file));
      } finally {
        chmodSync(path.dirname(file), 0o755);
        window.showSaveDialog = original;
      }
      assert.ok(existsSync(elsewhere));
    });
  }
});
