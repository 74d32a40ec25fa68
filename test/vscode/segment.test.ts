import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { parseAnnotation } from '../../src/core/annotation/parse';
import { measureGrid } from '../../src/core/measure/grid';
import { proposedMask, type Scope } from '../../src/core/proposal/proposal';
import type { ScanSession } from '../../src/extension/editor/session';
import { PendingProposals } from '../../src/extension/proposal/pending';
import type { PendingProposal } from '../../src/extension/proposal/stored';
import type { Decision } from '../../src/protocol/proposal';
import { waitFor } from '../e2e/lib/wait';
import { writeSegmenter } from '../fixtures/segmenter';
import { annotationOf, isDirty, paint, runsOf, saveByHand, untilClean, untilDirty } from './lib/annotating';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { EDGE, newUid, SLICES, useFolder, writeDicom, writeNifti } from './lib/scans';

const RUN = 'hemorica.runSegmentation';
/** Makes a file of writeNifti another scan. */
function changeVoxel(file: string): void {
  const bytes = readFileSync(file);
  bytes[400] = (bytes[400] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

describe('Run Hemorrhage Segmentation', function () {
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
  saveByHand();
  afterEach(async () => {
    const { sessions } = await extension();
    for (const { document } of sessions.all) await document.annotated.revert();
    await closeAll();
    const { proposals } = await extension();
    for (const { sha256 } of await proposals.all()) proposals.drop(sha256);
    await proposals.settled();
  });

  const run = (file: string, ...more: unknown[]) => vscode.commands.executeCommand(RUN, vscode.Uri.file(file), ...more);
  /** What is proposed in an editor. */
  const proposal = (session: ScanSession): Promise<PendingProposal> =>
    waitFor('the proposal', () => session.document.proposal.present);
  function decide(session: ScanSession, part: Partial<Decision>): void {
    const { id = '', threshold = 0, mode = 'add' } = session.document.proposal.present ?? {};
    const scope: Scope = { kind: 'all' };
    session.document.proposal.decide({ id, threshold, mode, scope, decision: 'accept', locked: [], ...part });
  }
  /** Slices (k) on which something is proposed. */
  const found = async (session: ScanSession): Promise<number[]> => {
    const scan = session.document.decoded;
    assert.ok(scan);
    const { proposal: proposed, threshold } = await proposal(session);
    return proposedMask(proposed, measureGrid(scan), threshold).slices.map(({ slice }) => slice);
  };
  const bloody = (session: ScanSession): number[] =>
    annotationOf(session).slices.flatMap(({ runs }, k) => (runs.length > 0 ? [k] : []));
  async function runInFront(name: string, ...files: string[]): Promise<ScanSession> {
    const session = await decoded(await open(files[0] ?? writeNifti(at(name))));
    await vscode.commands.executeCommand(RUN);
    await proposal(session);
    return session;
  }

  it('proposes, writes nothing, and changes nothing before it is accepted', async () => {
    const session = await runInFront('front.nii.gz');
    const { proposal: proposed, volumes } = await proposal(session);
    assert.deepEqual([proposed.model.name, proposed.model.provider], ['toy-seg', 'cpu']);
    // The blood that the scan has is on these.
    for (const slice of [1, 2]) assert.ok((await found(session)).includes(slice));
    assert.ok(volumes.some((volume) => volume > 1));
    assert.equal(session.document.annotation.state, 'none');
    assert.equal(isDirty(session.document.uri), false);
    assert.equal(existsSync(at('front.ich.json')), false);
  });

  it('makes what is accepted one edit: undone, made again, saved', async () => {
    const session = await runInFront('accepted.nii');
    const { uri } = session.document;
    const slices = await found(session);
    decide(session, {});
    assert.deepEqual(bloody(session), slices);
    const [source] = annotationOf(session).made;
    assert.ok(source && 'model' in source);
    assert.deepEqual([source.model.name, source.model.provider, source.model.threshold], ['toy-seg', 'cpu', 0.5]);
    assert.equal(session.document.proposal.present, undefined);
    await untilDirty(uri);
    assert.equal(existsSync(at('accepted.ich.json')), false);
    await vscode.commands.executeCommand('undo');
    await waitFor('no blood', () => bloody(session).length === 0);
    await proposal(session);
    await untilClean(uri);
    await vscode.commands.executeCommand('redo');
    await waitFor('the blood', () => bloody(session).length > 0);
    assert.equal(session.document.proposal.present, undefined);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await untilClean(uri);
    const text = readFileSync(at('accepted.ich.json'), 'utf8');
    assert.equal(text, encodeAnnotation(annotationOf(session)));
    const { image } = parseAnnotation(text);
    assert.deepEqual([image.file, image.size], ['accepted.nii', [EDGE, EDGE, SLICES]]);
    assert.equal(image.sha256, session.document.decoded?.sha256);
  });

  it('is accepted by slice, and the rest is proposed on', async () => {
    const session = await runInFront('slices.nii');
    const { volumes } = await proposal(session);
    decide(session, { scope: { kind: 'slice', slice: 1 } });
    assert.deepEqual(bloody(session), [1]);
    const rest = (await proposal(session)).volumes;
    assert.ok(rest.reduce((a, b) => a + b, 0) < volumes.reduce((a, b) => a + b, 0));
    const others = await found(session);
    decide(session, { decision: 'reject' });
    assert.deepEqual(bloody(session), [1]);
    assert.equal(session.document.proposal.present, undefined);
    assert.ok(!others.includes(1));
    // What was rejected stays so; what was accepted is proposed again.
    await untilDirty(session.document.uri);
    await vscode.commands.executeCommand('undo');
    assert.deepEqual(await found(session), [1]);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('keeps what was drawn, as the mode says, and undo gives it back', async () => {
    const session = await decoded(await open(writeNifti(at('drawn.nii'))));
    // In air, where no model finds blood.
    paint(session, 3, 60, 1, 3);
    await untilDirty(session.document.uri);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await untilClean(session.document.uri);
    await vscode.commands.executeCommand(RUN);
    await proposal(session);
    const drawn = (): boolean =>
      runsOf(session, 3).some((row, n, all) => n % 4 === 1 && row === 60 && all[n + 1] === 1);
    assert.equal(drawn(), true);
    decide(session, { mode: 'replace' });
    assert.equal(drawn(), false);
    await untilDirty(session.document.uri);
    await vscode.commands.executeCommand('undo');
    await waitFor('the drawing', drawn);
    await proposal(session);
    decide(session, { mode: 'add' });
    assert.equal(drawn(), true);
    assert.ok(bloody(session).includes(1));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('is decided on by the commands, through the page', async () => {
    const session = await runInFront('commands.nii');
    const { uri } = session.document;
    const slices = await found(session);
    await waitFor('the page', () => session.status?.stage === 'ready');
    await vscode.commands.executeCommand('hemorica.goToSlice', 2);
    await waitFor('the slice', () => session.status?.slice === 1);
    await vscode.commands.executeCommand('hemorica.acceptProposalOnSlice');
    await waitFor('one slice', () => session.document.annotation.state === 'shown' && bloody(session).length === 1);
    await vscode.commands.executeCommand('hemorica.acceptProposal');
    await waitFor('all slices', () => bloody(session).length === slices.length);
    await untilDirty(uri);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('runs on one slice', async () => {
    const session = await decoded(await open(writeNifti(at('slice.nii'))));
    await vscode.commands.executeCommand('hemorica.runSegmentationOnSlice', 2);
    const { proposal: proposed } = await proposal(session);
    assert.deepEqual(proposed.seen, [2]);
    assert.deepEqual(
      proposed.candidates.slices.map(({ slice }) => slice),
      [2],
    );
    // A second slice joins the first.
    await vscode.commands.executeCommand('hemorica.runSegmentationOnSlice', 1);
    assert.deepEqual((await proposal(session)).proposal.seen, [1, 2]);
  });

  it('proposes for a scan of the explorer that is not open, and shows it when it is opened', async () => {
    const series = newUid();
    for (let slice = 0; slice < SLICES; slice++) writeDicom(at('series', `${slice}.dcm`), { series, slice });
    const said = await answering('showInformationMessage', undefined, () => run(at('series', '0.dcm')));
    assert.match(said[0] ?? '', /^series: .* mL: .*\. For research, no medical device\.$/);
    const { proposals, sessions } = await extension();
    assert.equal(sessions.size, 0);
    const [pending, another] = await proposals.all();
    assert.equal(another, undefined);
    assert.equal(pending?.name, 'series');
    assert.equal(readdirSync(at('series')).length, SLICES);
    const session = await decoded(await open(at('series', '0.dcm')));
    await proposal(session);
    decide(session, { decision: 'reject' });
    assert.equal(session.document.proposal.present, undefined);
    assert.equal(isDirty(session.document.uri), false);
    assert.deepEqual(await proposals.all(), []);
  });

  it('goes through a selection and a folder, past what cannot be read, and lists what it found', async () => {
    writeNifti(at('many', 'a.nii'));
    changeVoxel(writeNifti(at('many', 'b.nii')));
    writeFileSync(at('many', 'short.nii'), readFileSync(at('many', 'a.nii')).subarray(0, 5000));
    const { proposals } = await extension();
    const said = await answering('showWarningMessage', undefined, () => run(at('many')));
    assert.match(said[0] ?? '', /^Blood is proposed in 2 of 2 scans\. .* 1 could not be segmented: short\.nii: /);
    assert.deepEqual(readdirSync(at('many')).sort(), ['a.nii', 'b.nii', 'short.nii']);
    const names = (await proposals.all()).map(({ name }) => name);
    assert.deepEqual(names.sort(), ['a.nii', 'b.nii']);
    const two = [at('many', 'a.nii'), at('many', 'b.nii')].map((file) => vscode.Uri.file(file));
    const told = await answering('showInformationMessage', undefined, () =>
      vscode.commands.executeCommand(RUN, two[0], two),
    );
    assert.match(told[0] ?? '', /^Blood is proposed in 2 of 2 scans\. Nothing is saved before you accept it\./);
  });

  it('outlives the window', async () => {
    const session = await runInFront('kept.nii');
    const { proposals } = await extension();
    const { proposal: proposed } = await proposal(session);
    decide(session, { scope: { kind: 'slice', slice: 2 }, decision: 'reject' });
    await proposals.settled();
    const log = vscode.window.createOutputChannel('Hemorica Test', { log: true });
    const next = new PendingProposals(proposals.folder, log);
    const found = await next.find(proposed.image.sha256);
    assert.deepEqual(found, session.document.proposal.present);
    next.dispose();
    log.dispose();
  });

  it('refuses what was found in other voxels than those on screen', async () => {
    const file = writeNifti(at('changed.nii'));
    const session = await decoded(await open(file));
    changeVoxel(file);
    const said = await answering('showErrorMessage', undefined, () => run(file));
    assert.match(said[0] ?? '', /^changed\.nii: What the model found is of other voxels than those on screen/);
    assert.equal(session.document.proposal.present, undefined);
  });

  it('says what is wrong with a scan that cannot be read, and leaves nothing behind', async () => {
    mkdirSync(at('bad'), { recursive: true });
    writeFileSync(at('bad', 'short.nii'), readFileSync(writeNifti(at('whole.nii'))).subarray(0, 5000));
    const said = await answering('showErrorMessage', undefined, () => run(at('bad', 'short.nii')));
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^short\.nii: .+\. .+\.$/);
    assert.deepEqual(readdirSync(at('bad')), ['short.nii']);
  });

  it('proposes nothing when it is cancelled', async () => {
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
    assert.deepEqual(await (await extension()).proposals.all(), []);
  });

  it('says so when there is nothing to run on', async () => {
    const said = await answering('showInformationMessage', undefined, () => vscode.commands.executeCommand(RUN));
    assert.deepEqual(said, ['Open a scan first.']);
  });
});
