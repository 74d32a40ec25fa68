import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { applyEdit } from '../../src/core/document/apply';
import { readBackup } from '../../src/extension/annotation/backup';
import { AnnotationDocument, type UndoableEdit } from '../../src/extension/annotation/document';
import { UnsavedTexts } from '../../src/extension/annotation/unsaved';
import type { ScanSession } from '../../src/extension/editor/session';
import { waitFor } from '../e2e/lib/wait';
import {
  annotationOf,
  IPH,
  isDirty,
  paint,
  runsOf,
  SDH,
  saveByHand,
  setAutoSave,
  stroke,
  textOf,
  untilClean,
  untilDirty,
} from './lib/annotating';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

const run = (command: string): Thenable<unknown> => vscode.commands.executeCommand(command);
const UNDO = 'undo';
const SAVE = 'workbench.action.files.save';
/** Saves once VS Code knows of the edits. */
async function save(uri: vscode.Uri): Promise<void> {
  await untilDirty(uri);
  await run(SAVE);
  await untilClean(uri);
}
const REVERT = 'workbench.action.files.revert';

describe('the document of a scan', () => {
  const at = useFolder();
  saveByHand();
  afterEach(async () => {
    await run('workbench.action.closeAllEditors');
    await closeAll();
  });
  /** Closing asks about unsaved work, which nobody answers here. */
  const giveUp = async (): Promise<void> => {
    await run(REVERT);
  };

  const openNew = async (name: string): Promise<{ session: ScanSession; uri: vscode.Uri; file: string }> => {
    const session = await decoded(await open(writeNifti(at(`${name}.nii`))));
    return { session, uri: session.document.uri, file: at(`${name}.ich.json`) };
  };

  it('begins an annotation with the first edit, and saves it whole', async () => {
    const { session, uri, file } = await openNew('begins');
    assert.equal(session.document.annotation.state, 'none');
    paint(session, 1, 20, 10, 14);
    assert.equal(session.document.annotation.state, 'shown');
    await untilDirty(uri);
    assert.equal(existsSync(file), false);
    await save(uri);
    const saved = parseAnnotation(readFileSync(file, 'utf8'));
    assert.deepEqual([...(saved.slices[1]?.runs ?? [])], [IPH, 20, 10, 5]);
    assert.deepEqual([saved.image.file, saved.image.sha256], ['begins.nii', session.document.decoded?.sha256]);
    assert.ok(saved.made[0] && 'reader' in saved.made[0] && saved.made[0].reader !== '');
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
    assert.deepEqual(
      readdirSync(path.dirname(file)).filter((entry) => entry.endsWith('.tmp')),
      [],
    );
  });

  it('undoes and redoes with the dot in step', async () => {
    const { session, uri } = await openNew('undo');
    paint(session, 1, 20, 10, 14);
    paint(session, 1, 21, 10, 14);
    await untilDirty(uri);
    await save(uri);
    await run(UNDO);
    await untilDirty(uri);
    await waitFor('the undone row', () => runsOf(session, 1).length === 4);
    await run('redo');
    await untilClean(uri);
    assert.equal(runsOf(session, 1).length, 8);
    await run(UNDO);
    await run(UNDO);
    await waitFor('nothing', () => runsOf(session, 1).length === 0);
    await save(uri);
  });

  it('reverts to what is on disk', async () => {
    const { session, uri } = await openNew('revert');
    paint(session, 1, 20, 10, 14);
    await save(uri);
    paint(session, 2, 20, 10, 14);
    await untilDirty(uri);
    await run(REVERT);
    await untilClean(uri);
    await waitFor('the saved mask', () => runsOf(session, 2).length === 0);
    assert.deepEqual(runsOf(session, 1), [IPH, 20, 10, 5]);
  });

  it('reverts an annotation that was never saved to none', async () => {
    const { session, uri } = await openNew('never-saved');
    paint(session, 1, 20, 10, 14);
    await untilDirty(uri);
    await run(REVERT);
    await waitFor('none', () => session.document.annotation.state === 'none');
    await untilClean(uri);
  });

  it('is saved by auto save', async () => {
    await setAutoSave('afterDelay');
    try {
      const { session, uri, file } = await openNew('auto');
      paint(session, 1, 20, 10, 14);
      await waitFor('the file', () => existsSync(file) && readFileSync(file, 'utf8') === textOf(session));
      await untilClean(uri);
    } finally {
      await setAutoSave('off');
    }
  });

  it('is one for several editors, and stays when one of them is closed', async () => {
    const { session, uri } = await openNew('twice');
    await run('workbench.action.splitEditor');
    const { sessions } = await extension();
    const both = await waitFor('two editors', () => {
      const showing = sessions.showing(uri);
      return showing.length === 2 ? showing : undefined;
    });
    assert.equal(both[0]?.document, both[1]?.document);
    const seen: (object | undefined)[] = [];
    const subscription = session.document.annotated.onDidEdit(({ origin }) => seen.push(origin));
    paint(session, 1, 20, 10, 14);
    assert.deepEqual(seen, [session]);
    await untilDirty(uri);
    await run('workbench.action.closeActiveEditor');
    await waitFor('one editor', () => sessions.showing(uri).length === 1);
    assert.deepEqual(runsOf(session, 1), [IPH, 20, 10, 5]);
    subscription.dispose();
    await giveUp();
  });

  it('refuses edits made on another state, and those of an annotation that is not of this scan', async () => {
    const { session, file } = await openNew('refuses');
    paint(session, 1, 20, 10, 14);
    assert.throws(() => paint(session, 1, 20, 12, 18), { name: 'EditRefused' });
    await run(SAVE);
    const other = { ...annotationOf(session), image: { ...annotationOf(session).image, sha256: '0'.repeat(64) } };
    writeFileSync(file, encodeAnnotation(other));
    await waitFor('the refusal', () => session.document.annotation.state === 'refused');
    assert.throws(() => paint(session, 2, 20, 10, 14), { name: 'EditRefused' });
    await session.document.annotated.save();
    assert.equal(readFileSync(file, 'utf8'), encodeAnnotation(other), 'it is not overwritten');
  });

  it('leaves the file and the unsaved edits where it cannot write, and says so', async () => {
    if (process.getuid?.() === 0 || process.platform === 'win32') {
      // Permissions do not hold for this user; a folder in the way does the same.
      const { session, uri, file } = await openNew('blocked');
      paint(session, 1, 20, 10, 14);
      mkdirSync(path.join(file, 'inside'), { recursive: true });
      await assert.rejects(session.document.annotated.save());
      assert.equal(session.document.annotated.dirty, true);
      rmSync(file, { recursive: true });
      await session.document.annotated.save();
      await run(SAVE);
      await untilClean(uri);
      return;
    }
    const { session, uri, file } = await openNew('locked/scan');
    paint(session, 1, 20, 10, 14);
    chmodSync(path.dirname(file), 0o555);
    await assert.rejects(session.document.annotated.save(), /may not be written/);
    chmodSync(path.dirname(file), 0o755);
    await save(uri);
  });

  it('saves a copy of the scan with its annotation under another name', async () => {
    const { session } = await openNew('original');
    paint(session, 1, 20, 10, 14);
    mkdirSync(at('copies'), { recursive: true });
    await session.document.saveAs(vscode.Uri.file(at('copies', 'copy.nii')));
    assert.deepEqual(readFileSync(at('copies', 'copy.nii')), readFileSync(at('original.nii')));
    const copy = parseAnnotation(readFileSync(at('copies', 'copy.ich.json'), 'utf8'));
    assert.deepEqual([copy.image.file, copy.slices[1]?.runs.length], ['copy.nii', 4]);
    assert.equal(existsSync(at('original.ich.json')), false);
    await assert.rejects(
      (async () => {
        paint(session, 1, 20, 10, 14);
        await session.document.saveAs(vscode.Uri.file(at('copies', 'copy.nii')));
      })(),
      /copy\.ich\.json exists already/,
    );
    await session.document.saveAs(vscode.Uri.file(at('copies', 'second.ich.json')));
    const second = parseAnnotation(readFileSync(at('copies', 'second.ich.json'), 'utf8'));
    assert.equal(second.image.file, '../original.nii');
    await giveUp();
  });

  it('copies no file that is one of a series', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('ct', `${slice}.dcm`), { series, slice });
    const session = await decoded(await open(at('ct', '1.dcm')));
    await assert.rejects(session.document.saveAs(vscode.Uri.file(at('ct-copy.dcm'))), /one of the 4 files/);
    assert.equal(existsSync(at('ct-copy.dcm')), false);
  });

  it('names the reader of the setting in the rows that were changed', async () => {
    const section = vscode.workspace.getConfiguration('hemorica');
    await section.update('reader.name', 'Jane Doe', vscode.ConfigurationTarget.Global);
    try {
      const { session, file } = await openNew('reader');
      paint(session, 1, 20, 10, 14);
      await run(SAVE);
      const text = readFileSync(file, 'utf8').replaceAll('"reader": "Jane Doe"', '"reader": "Somebody"');
      writeFileSync(file, text);
      await waitFor('the other maker', () => JSON.stringify(annotationOf(session).made).includes('Somebody'));
      session.document.annotated.edit(stroke(1, 22, 3, 4), session);
      assert.deepEqual([...(annotationOf(session).slices[1]?.editors ?? [])], [[22, 'Jane Doe']]);
      await giveUp();
    } finally {
      await section.update('reader.name', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

describe('unsaved work', () => {
  const at = useFolder();
  saveByHand();
  afterEach(closeAll);
  const log = { info: () => undefined, warn: () => undefined } as unknown as vscode.LogOutputChannel;

  /** Backs a scan's unsaved work up, gives it up in the editor, and takes it up again as a new window does. */
  const backedUp = async (name: string, meanwhile: (file: string) => void = () => undefined) => {
    const session = await decoded(await open(writeNifti(at(`${name}.nii`))));
    const { uri, annotated, decoded: scan } = session.document;
    paint(session, 1, 20, 10, 14);
    await save(uri);
    paint(session, 2, 40, 10, 14);
    await untilDirty(uri);
    const backup = vscode.Uri.file(at(`${name}.backup`));
    await annotated.backup(backup);
    await run(REVERT);
    await untilClean(uri);
    await closeAll();
    meanwhile(at(`${name}.ich.json`));
    const unsaved = new UnsavedTexts();
    const next = new AnnotationDocument(uri, log, unsaved);
    const steps: UndoableEdit[] = [];
    next.onDidMakeEdit((step) => steps.push(step));
    next.restore((await readBackup(backup)) ?? assert.fail());
    // What became of the file meanwhile may have been merged by then, as a second step.
    await waitFor('the restored edit', () => steps.length > 0);
    const runs = (slice: number) => [...(next.annotation?.slices[slice]?.runs ?? [])];
    const dispose = (): void => {
      next.dispose();
      unsaved.dispose();
    };
    return { next, steps, runs, dispose, scan: scan ?? assert.fail(), file: at(`${name}.ich.json`) };
  };

  it('is restored as one step that can be undone, before any page has read the scan', async () => {
    const { next, steps, runs, dispose, scan, file } = await backedUp('restored');
    assert.deepEqual(
      [runs(1), runs(2)],
      [
        [IPH, 20, 10, 5],
        [IPH, 40, 10, 5],
      ],
    );
    assert.equal(next.dirty, true);
    const again = vscode.Uri.file(at('again.backup'));
    await next.backup(again);
    assert.equal((await readBackup(again))?.annotation.slices[2]?.runs.length, 4);
    await next.reportDecoded(scan);
    assert.equal(next.view.state, 'shown');
    steps[0]?.undo();
    assert.equal(next.dirty, false);
    steps[0]?.redo();
    await next.save();
    const saved = parseAnnotation(readFileSync(file, 'utf8'));
    assert.deepEqual([...(saved.slices[2]?.runs ?? [])], [IPH, 40, 10, 5]);
    dispose();
  });

  it('meets a file that changed meanwhile with a question, and merges with it', async () => {
    const asked: string[] = [];
    const window = vscode.window as unknown as { showWarningMessage: (message: string) => Promise<string | undefined> };
    const original = window.showWarningMessage;
    window.showWarningMessage = async (message) => {
      asked.push(message);
      return 'Merge Voxel by Voxel';
    };
    try {
      const { next, runs, dispose, scan } = await backedUp('meanwhile', (file) => {
        const annotation = parseAnnotation(readFileSync(file, 'utf8'));
        writeFileSync(file, encodeAnnotation(applyEdit(annotation, stroke(0, 30, 7, 7, SDH))));
      });
      await next.reportDecoded(scan);
      await waitFor('both', () => runs(0).length === 4 && runs(2).length === 4);
      assert.equal(asked.length, 1);
      dispose();
    } finally {
      window.showWarningMessage = original;
    }
  });

  it('that is none makes an empty backup', async () => {
    const session = await decoded(await open(writeNifti(at('nothing.nii'))));
    const backup = vscode.Uri.file(at('nothing.backup'));
    await session.document.annotated.backup(backup);
    assert.equal(await readBackup(backup), undefined);
    writeFileSync(at('nothing.backup'), 'torn');
    await assert.rejects(readBackup(backup));
  });
});

describe('changes of the annotation by others', () => {
  const at = useFolder();
  saveByHand();
  afterEach(closeAll);

  const openSaved = async (name: string): Promise<{ session: ScanSession; uri: vscode.Uri; file: string }> => {
    const session = await decoded(await open(writeNifti(at(`${name}.nii`))));
    paint(session, 1, 20, 10, 14);
    await save(session.document.uri);
    return { session, uri: session.document.uri, file: at(`${name}.ich.json`) };
  };
  /** What another program makes of the file: a row of slice 0 more. */
  const outside = (file: string, row: number): void => {
    const annotation = parseAnnotation(readFileSync(file, 'utf8'));
    writeFileSync(file, encodeAnnotation(applyEdit(annotation, stroke(0, row, 7, 7, SDH))));
  };

  it('are taken over where nothing is unsaved', async () => {
    const { session, uri, file } = await openSaved('clean');
    const { status } = session;
    outside(file, 30);
    await waitFor('the row', () => runsOf(session, 0).length === 4);
    assert.equal(isDirty(uri), false);
    assert.deepEqual(session.status?.slice, status?.slice);
    // What was painted before can still be taken back: the others changed another row.
    await run(UNDO);
    await waitFor('the undone row', () => runsOf(session, 1).length === 0);
    assert.equal(runsOf(session, 0).length, 4);
    await save(uri);
  });

  const asked = async (name: string, answer: string | undefined) => {
    const opened = await openSaved(name);
    const { session, file } = opened;
    paint(session, 2, 40, 10, 14);
    await untilDirty(opened.uri);
    const buttons: string[] = [];
    const window = vscode.window as unknown as {
      showWarningMessage: (...all: string[]) => Promise<string | undefined>;
    };
    const original = window.showWarningMessage;
    window.showWarningMessage = async (message, ...offered) => {
      buttons.push(message, ...offered);
      return answer;
    };
    try {
      outside(file, 30);
      await waitFor('the question', () => buttons.length > 0);
    } finally {
      window.showWarningMessage = original;
    }
    assert.match(buttons[0] ?? '', new RegExp(`^${name}\\.ich\\.json was changed outside`));
    assert.deepEqual(buttons.slice(1, 5), ['Compare', 'Merge Voxel by Voxel', 'Keep Mine', 'Take Theirs']);
    return { ...opened, theirs: readFileSync(file, 'utf8') };
  };

  it('do not overwrite, and are not overwritten by, unsaved edits without a word', async () => {
    const { session, uri, file, theirs } = await asked('undecided', undefined);
    assert.deepEqual([runsOf(session, 0).length, runsOf(session, 2).length], [0, 4]);
    await answering('showWarningMessage', undefined, () =>
      assert.rejects(session.document.annotated.save(), /Not saved: undecided\.ich\.json was changed outside/),
    );
    assert.equal(readFileSync(file, 'utf8'), theirs);
    await run(REVERT);
    await untilClean(uri);
    await waitFor('theirs', () => runsOf(session, 0).length === 4 && runsOf(session, 2).length === 0);
  });

  it('are merged voxel by voxel', async () => {
    const { session, uri, file } = await asked('merged', 'Merge Voxel by Voxel');
    await waitFor('both', () => runsOf(session, 0).length === 4 && runsOf(session, 2).length === 4);
    assert.equal(isDirty(uri), true);
    await save(uri);
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
    await run(UNDO);
    await waitFor('mine alone', () => runsOf(session, 0).length === 0);
    await save(uri);
  });

  it('are replaced by ours where that is wished', async () => {
    const { session, uri, file } = await asked('mine', 'Keep Mine');
    await save(uri);
    assert.deepEqual([runsOf(session, 0).length, runsOf(session, 2).length], [0, 4]);
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
  });

  it('replace ours where that is wished, which undo takes back', async () => {
    const { session, uri, file, theirs } = await asked('theirs', 'Take Theirs');
    await waitFor('theirs', () => runsOf(session, 0).length === 4 && runsOf(session, 2).length === 0);
    await untilClean(uri);
    assert.equal(readFileSync(file, 'utf8'), theirs);
    await run(UNDO);
    await waitFor('mine', () => runsOf(session, 0).length === 0 && runsOf(session, 2).length === 4);
    await untilDirty(uri);
    await run(REVERT);
    await untilClean(uri);
  });

  it('that make the same of the file as ours leave nothing to save', async () => {
    const { session, uri, file } = await openSaved('same');
    paint(session, 2, 40, 10, 14);
    await untilDirty(uri);
    writeFileSync(file, textOf(session));
    await untilClean(uri);
  });

  it('that remove the file leave unsaved edits to be saved again', async () => {
    const { session, uri, file } = await openSaved('removed');
    paint(session, 2, 40, 10, 14);
    await untilDirty(uri);
    const said = await answering('showWarningMessage', undefined, async () => {
      rmSync(file);
      await waitFor('the removal', () => session.document.annotated.file.uri === undefined);
    });
    assert.match(said[0] ?? '', /deleted on disk/);
    await save(uri);
    assert.equal(readFileSync(file, 'utf8'), textOf(session));
  });
});
