import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ScanError } from '../../src/core/volume';
import { waitFor } from '../e2e/lib/wait';
import { activeViewType, closeAll, extension, open, SCAN_VIEW } from './lib/editor';
import { newUid, SLICES, useFolder, writeDicom, writeDicomDir, writeNifti } from './lib/scans';

describe('opening scans', () => {
  const at = useFolder();
  afterEach(closeAll);

  const namesOfSeries = async (file: string, viewType?: string): Promise<string[]> => {
    const files = await (await open(file, viewType)).document.files();
    assert.ok(files.kind === 'dicom');
    return (await files.series(() => false)).map(({ name }) => name).sort();
  };

  for (const name of ['head.nii', 'head.nii.gz', 'slice.dcm']) {
    it(`opens ${name} in the scan editor`, async () => {
      const file = at('by-name', name);
      if (name.endsWith('.dcm')) writeDicom(file, { series: newUid(), slice: 1 });
      else writeNifti(file);
      const session = await open(file);
      assert.equal(activeViewType(), SCAN_VIEW);
      assert.equal(session.document.name, name);
      const files = await session.document.files();
      assert.equal((files.kind === 'dicom' ? files.opened : files.file).uri.fsPath, file);
    });
  }

  it('opens files of other names with "Reopen Editor With..."', async () => {
    const file = writeDicom(at('odd', 'IM0001'), { series: newUid(), slice: 1 });
    const session = await open(file, 'hemorica.scan.any');
    assert.equal(activeViewType(), 'hemorica.scan.any');
    assert.equal((await session.document.files()).kind, 'dicom');
  });

  it('hands the other half of a pair to the page', async () => {
    const header = writeNifti(at('pair', 'head.hdr'));
    cpSync(header, at('pair', 'head.img'));
    for (const [opened, other] of [
      ['head.hdr', 'head.img'],
      ['head.img', 'head.hdr'],
    ] as const) {
      const files = await (await open(at('pair', opened), SCAN_VIEW)).document.files();
      assert.ok(files.kind === 'nifti');
      assert.deepEqual([files.file.name, files.pair?.name], [opened, other]);
      await closeAll();
    }
  });

  it('opens the series of a file, and nothing else of its folder', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('ct', `IM${slice}`), { series, slice });
    writeDicom(at('ct', 'other.dcm'), { series: newUid(), slice: 0 });
    writeDicom(at('ct', 'below', 'IM9'), { series, slice: 3 });
    writeFileSync(at('ct', 'notes.txt'), 'no scan');
    writeFileSync(at('ct', 'garbage'), Buffer.alloc(1000, 7));
    assert.deepEqual(await namesOfSeries(at('ct', 'IM2'), SCAN_VIEW), ['IM0', 'IM1', 'IM2', 'IM3']);
  });

  it('sees files that come and go', async () => {
    const series = newUid();
    writeDicom(at('growing', 'a.dcm'), { series, slice: 0 });
    const files = await (await open(at('growing', 'a.dcm'))).document.files();
    assert.ok(files.kind === 'dicom');
    assert.equal((await files.series(() => false)).length, 1);
    writeDicom(at('growing', 'b.dcm'), { series, slice: 1 });
    assert.equal((await files.series(() => false)).length, 2);
    writeDicom(at('growing', 'b.dcm'), { series: `${newUid()}.7`, slice: 1 });
    assert.equal((await files.series(() => false)).length, 1);
  });

  it('opens the only series of a folder at once, by its middle slice', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++)
      writeDicom(at('disc', 'study', 'series', `I${slice}`), { series, slice });
    await vscode.commands.executeCommand('hemorica.openDicomSeries', vscode.Uri.file(at('disc')));
    const { sessions } = await extension();
    const session = await waitFor('the scan editor', () => sessions.active);
    assert.equal(session.document.uri.fsPath, at('disc', 'study', 'series', 'I2'));
  });

  it('offers several series without saying who the patient is', async () => {
    const [small, large] = [newUid(), newUid()];
    writeDicom(at('several', 'a'), { series: small, slice: 0, seriesNumber: 1 });
    for (let slice = 0; slice < 3; slice++)
      writeDicom(at('several', `b${slice}`), { series: large, slice, seriesNumber: 7 });
    const window = vscode.window as unknown as {
      showQuickPick: (items: readonly object[]) => Promise<object | undefined>;
    };
    const original = window.showQuickPick;
    let offered: readonly object[] = [];
    window.showQuickPick = async (items) => {
      offered = items;
      return items[0];
    };
    try {
      await vscode.commands.executeCommand('hemorica.openDicomSeries', vscode.Uri.file(at('several')));
    } finally {
      window.showQuickPick = original;
    }
    const texts = offered.map((item) => {
      const { label, description, detail } = item as vscode.QuickPickItem;
      return `${label} | ${description} | ${detail}`;
    });
    assert.deepEqual(texts, ['CT series 7 | 3 images | several, 64 x 64', 'CT series 1 | 1 image | several, 64 x 64']);
    const { sessions } = await extension();
    const session = await waitFor('the scan editor', () => sessions.active);
    assert.equal(session.document.uri.fsPath, at('several', 'b1'));
  });

  it('opens the series that a DICOMDIR lists', async () => {
    const series = newUid();
    const files = ['S1/I1', 'S1/I2', 'S2/I1'];
    for (const [slice, name] of files.entries()) writeDicom(at('media', ...name.split('/')), { series, slice });
    writeDicomDir(at('media', 'DICOMDIR'), [{ series, files: [...files, 'S2/GONE'] }]);
    assert.deepEqual(await namesOfSeries(at('media', 'DICOMDIR'), SCAN_VIEW), files);
  });

  for (const [name, content, problem] of [
    ['empty.nii', '', /^The file is empty\.$/],
    ['notes.xyz', 'no scan at all', /neither NIfTI nor DICOM/],
  ] as const) {
    it(`says what is wrong with ${name}, and looks again when asked`, async () => {
      const file = at('wrong', name);
      mkdirSync(at('wrong'), { recursive: true });
      writeFileSync(file, content);
      const session = await open(file, SCAN_VIEW);
      await waitFor('the failure', () => session.status?.stage === 'failed');
      await assert.rejects(session.document.files(), (error: ScanError) => {
        assert.equal(error.file, name);
        assert.match(error.problem, problem);
        return true;
      });
      cpSync(writeNifti(at('wrong', 'whole.nii')), file);
      assert.equal((await session.document.files()).kind, 'nifti');
    });
  }
});
