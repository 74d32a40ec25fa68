// git from inside VS Code: setting up, merging, blame and history, in real repositories.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { type Annotation, emptyAnnotation, masksOf } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { encodeRuns } from '../../src/core/annotation/runs';
import { groupConflicts } from '../../src/core/diff/conflict-groups';
import { fieldsOf } from '../../src/core/document/fields';
import { takeSide } from '../../src/core/document/resolve';
import { waitFor } from '../e2e/lib/wait';
import { GitRepo } from '../fixtures/git-repo';
import { saveByHand, untilDirty } from './lib/annotating';
import { answering, closeAll, decoded, extension, open } from './lib/editor';
import { EDGE, SLICES, writeNifti } from './lib/scans';

/** Where the voxels of a NIfTI-1 file without extensions begin. */
const VOXELS_AT = 352;

interface GitApi {
  openRepository(root: vscode.Uri): Promise<unknown>;
}

describe('git in VS Code', function () {
  this.timeout(120_000);
  saveByHand();
  let repo: GitRepo;
  let base: Annotation;

  beforeEach(async () => {
    await extension();
    repo = GitRepo.create('a repo');
    const voxels = readFileSync(writeNifti(repo.path('head.nii'))).subarray(VOXELS_AT);
    repo.write('.gitignore', '*.nii\n');
    base = withBlood(
      emptyAnnotation({
        file: 'head.nii',
        sha256: createHash('sha256').update(voxels).digest('hex'),
        size: [EDGE, EDGE, SLICES],
        spacing: [3, 3, 5],
        affine: [3, 0, 0, -96, 0, 3, 0, -96, 0, 0, 5, 0, 0, 0, 0, 1],
      }),
      4,
      20,
    );
    save(base, 'Ada');
    const git = vscode.extensions.getExtension<{ getAPI(version: 1): GitApi }>('vscode.git');
    assert.ok(git);
    await (await git.activate()).getAPI(1).openRepository(vscode.Uri.file(repo.folder));
  });
  afterEach(async () => {
    await closeAll();
    await vscode.commands.executeCommand('vscode.setEditorLayout', { groups: [{}] });
    repo.remove();
  });

  /** Five rows of ten voxels from row `row` on slices 1 and 2. */
  function withBlood(annotation: Annotation, label: number, row: number): Annotation {
    const labels = new Uint8Array(EDGE * EDGE);
    for (let j = row; j < row + 5; j++) labels.fill(label, j * EDGE + 26, j * EDGE + 36);
    const runs = encodeRuns(labels, EDGE, EDGE);
    const slices = annotation.slices.map((slice, k) => (k === 1 || k === 2 ? { ...slice, runs } : slice));
    return { ...annotation, slices };
  }

  function save(annotation: Annotation, author: string): void {
    repo.write('head.ich.json', encodeAnnotation(annotation));
    repo.commit(`by ${author}`, author);
  }

  /** Sets the repository up through the command; returns what was asked. */
  async function setUp(): Promise<string[]> {
    const uri = vscode.Uri.file(repo.path('head.ich.json'));
    return answering('showInformationMessage', 'Set Up', () =>
      vscode.commands.executeCommand('hemorica.setUpGit', uri),
    );
  }

  it('sets a repository up after asking, so that git finds the program and its node', async () => {
    const asked = await setUp();
    assert.match(asked[0] ?? '', /^Let git compare and merge annotations as masks in /);
    assert.match(repo.read('.gitattributes'), /merge=hemorica/);
    save(withBlood(base, 4, 21), 'Bo');
    assert.match(repo.git('log', '-p', '-1', '--ext-diff'), /^ {2}IPH .*, slices 2-3, Dice 0\.80$/m);
    const uri = vscode.Uri.file(repo.path('head.ich.json'));
    await answering('showInformationMessage', 'Remove', () => vscode.commands.executeCommand('hemorica.setUpGit', uri));
    assert.equal(repo.try(['config', 'merge.hemorica.driver']).status, 1);
  });

  it('opens a merge with its conflicts, and marks the file as resolved once they are decided and saved', async () => {
    await setUp();
    repo.commit('set up');
    repo.git('checkout', '-q', '-b', 'theirs');
    save(withBlood(base, 2, 20), 'Bo');
    repo.git('checkout', '-q', 'main');
    save(withBlood(base, 3, 20), 'Cy');
    assert.equal(repo.try(['merge', '-q', '--no-edit', 'theirs']).status, 1);
    const { document } = await decoded(await open(repo.path('head.nii')));
    const { annotated } = document;
    const annotation = await waitFor('the merged annotation', () => annotated.annotation, 30);
    assert.ok(annotation.conflicts);
    assert.deepEqual(
      groupConflicts(annotation.conflicts).map(
        (group) => group.kind === 'place' && [group.voxels, group.ours, group.theirs],
      ),
      [[100, ['SAH'], ['SDH']]],
    );
    const labelAt = (): number => 3;
    const decision = takeSide(fieldsOf(annotation), labelAt, annotation.conflicts, 'theirs');
    annotated.edit({ label: 'Take Theirs', ...decision });
    assert.equal(annotated.annotation?.conflicts, undefined);
    await untilDirty(document.uri);
    await vscode.commands.executeCommand('undo');
    await waitFor('the conflict again', () => annotated.annotation?.conflicts);
    await vscode.commands.executeCommand('redo');
    await waitFor('the decision again', () => annotated.annotation?.conflicts === undefined);
    await untilDirty(document.uri);
    assert.match(repo.git('status', '--porcelain', 'head.ich.json'), /^AA|^UU/);
    const asked = await answering('showInformationMessage', 'Mark as Resolved', async () => {
      await vscode.commands.executeCommand('workbench.action.files.save');
      await waitFor('the resolved file', () => repo.git('ls-files', '--unmerged') === '');
    });
    assert.match(asked.at(-1) ?? '', /All conflicts of head\.nii are decided and saved/);
    const theirs = withBlood(base, 2, 20);
    assert.deepEqual(annotated.annotation && masksOf(annotated.annotation), masksOf(theirs));
  });

  it('shows base, ours and theirs beside the result', async () => {
    await setUp();
    repo.commit('set up');
    repo.git('checkout', '-q', '-b', 'theirs');
    save(withBlood(base, 2, 20), 'Bo');
    repo.git('checkout', '-q', 'main');
    save(withBlood(base, 3, 20), 'Cy');
    assert.equal(repo.try(['merge', '-q', '--no-edit', 'theirs']).status, 1);
    await decoded(await open(repo.path('head.nii')));
    await vscode.commands.executeCommand('hemorica.showMergeSides');
    const { comparisons } = await extension();
    await waitFor('three versions', () => comparisons.sessions.length === 3);
    const labels = await waitFor('their masks', () => {
      const contents = comparisons.sessions.map(({ document }) => document.version.content);
      const all = contents.map((content) => (content.state === 'shown' ? content.slices[0]?.runs[0] : undefined));
      return all.includes(undefined) ? undefined : all;
    });
    assert.deepEqual(labels, [4, 3, 2]);
    assert.equal(vscode.window.tabGroups.all.length, 4);
  });

  it('names who changed each lesion, and opens the history', async () => {
    save(withBlood(base, 4, 22), 'Bo');
    await decoded(await open(repo.path('head.nii')));
    const window = vscode.window as unknown as { showQuickPick: (items: unknown) => Promise<undefined> };
    const original = window.showQuickPick;
    let items: readonly { readonly label: string; readonly description: string }[] = [];
    window.showQuickPick = async (choices) => {
      items = choices as typeof items;
      return undefined;
    };
    try {
      await vscode.commands.executeCommand('hemorica.showLesionAuthor');
    } finally {
      window.showQuickPick = original;
    }
    assert.equal(items.length, 1);
    assert.match(items[0]?.label ?? '', /^IPH 1, 4\.5 mL$/);
    assert.match(items[0]?.description ?? '', /^Bo, /);
    await vscode.commands.executeCommand('hemorica.showAnnotationHistory');
    await waitFor('the history', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputWebview && input.viewType.endsWith('hemorica.history');
    });
  });
});
