import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Annotation, emptyAnnotation } from '../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../src/core/annotation/encode';
import { imageReference } from '../../src/core/annotation/image';
import type { CompareSession } from '../../src/extension/compare/session';
import { waitFor } from '../e2e/lib/wait';
import { GitRepo } from '../fixtures/git-repo';
import { paint, saveByHand, untilDirty } from './lib/annotating';
import { closeAll, decoded, extension, open } from './lib/editor';
import { writeNifti } from './lib/scans';

interface Repository {
  status(): Promise<void>;
}

interface Git {
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
  openRepository(root: vscode.Uri): Promise<Repository | null>;
}

/** A row of IPH in a slice, as packed runs. */
const row = (from: number, length: number): Uint32Array => Uint32Array.of(4, 20, from, length);

describe('comparing annotations', () => {
  saveByHand();
  let repo: GitRepo;
  let repository: Repository;
  let empty: Annotation;
  const at = (name: string): string => path.join(repo.folder, name);
  const uri = (name: string): vscode.Uri => vscode.Uri.file(at(name));
  const write = (name: string, runs: Uint32Array): void => {
    const slices = empty.slices.map((slice, k) => (k === 2 ? { ...slice, runs } : slice));
    writeFileSync(at(name), encodeAnnotation({ ...empty, slices }));
  };

  before(async () => {
    repo = GitRepo.create('compare');
    const { document } = await decoded(await open(writeNifti(at('head.nii'))));
    assert.ok(document.decoded);
    const image = imageReference(document.decoded, document.decoded.sha256, 'head.nii');
    await closeAll();
    empty = emptyAnnotation(image, [{ reader: 'AB' }]);
    write('head.ich.json', row(10, 5));
    repo.git('add', 'head.ich.json');
    repo.git('commit', '-q', '-m', 'Draw');
    const git = vscode.extensions.getExtension<{ getAPI(version: 1): Git }>('vscode.git');
    assert.ok(git, 'the built-in git extension is there');
    const opened = await (await git.activate()).getAPI(1).openRepository(vscode.Uri.file(repo.folder));
    assert.ok(opened);
    repository = opened;
  });
  after(() => repo.remove());
  afterEach(async () => {
    await closeAll();
    const { comparisons } = await extension();
    await waitFor('closed comparisons', () => comparisons.sessions.length === 0);
  });

  /** Opens a change as a click in Source Control does. */
  async function openChange(name: string): Promise<void> {
    // Git looks at the working tree in its own time.
    await repository.status();
    await vscode.commands.executeCommand('git.openChange', uri(name));
  }

  /** The two sides of the comparison in front, when both show their scan. */
  async function sides(): Promise<{ left: CompareSession; right: CompareSession }> {
    const { comparisons } = await extension();
    return waitFor('both sides', () => {
      const left = comparisons.sessions.find(({ other, side }) => other && side === 'left');
      const right = left?.other;
      const ready = [left, right].every((one) => one?.status?.stage === 'ready');
      return left && right && ready ? { left, right } : undefined;
    });
  }
  const masks = ({ document }: CompareSession): unknown => {
    const { content } = document.version;
    return content.state === 'shown' ? content.slices : content.state;
  };

  it('opens a change of the working tree as the masks of both versions', async () => {
    write('head.ich.json', row(10, 7));
    await openChange('head.ich.json');
    const { left, right } = await sides();
    assert.deepEqual([left.document.version.title, right.document.version.title], ['Index', 'Working Tree']);
    assert.deepEqual([masks(left), masks(right)], [[{ slice: 2, runs: row(10, 5) }], [{ slice: 2, runs: row(10, 7) }]]);
    // It opens at the change.
    await waitFor('the changed slice', () => left.status?.slice === 2 && right.status?.slice === 2);
  });

  it('shows the same slice, window and layout on both sides, whichever moves', async () => {
    write('head.ich.json', row(10, 7));
    await openChange('head.ich.json');
    const { left, right } = await sides();
    await waitFor('the changed slice', () => left.status?.slice === 2 && right.status?.slice === 2);
    left.run('nextSlice');
    await waitFor('the right side to follow', () => right.status?.slice === 3);
    right.run('firstSlice');
    right.run('nextWindow');
    right.run('setLayout', 'all');
    await waitFor('the left side to follow', () => {
      const { slice, window, layout } = left.status ?? {};
      return slice === 0 && window?.name === right.status?.window.name && layout === 'all';
    });
    assert.notEqual(right.status?.window.name, 'brain');
  });

  it('reads a side again when its file changes, and when something is staged', async () => {
    write('head.ich.json', row(10, 7));
    await openChange('head.ich.json');
    const { left, right } = await sides();
    write('head.ich.json', row(10, 9));
    await waitFor('the new mask on the right', () => JSON.stringify(masks(right)).includes('9'));
    repo.git('add', 'head.ich.json');
    await waitFor('the staged mask on the left', async () => {
      // Git looks at the index in its own time.
      await repository.status();
      return JSON.stringify(masks(left)) === JSON.stringify(masks(right));
    });
    repo.git('reset', '-q');
  });

  it('shows a revision, also one that does not have the file', async () => {
    write('new.ich.json', row(3, 2));
    await vscode.commands.executeCommand('hemorica.compareWithRevision', uri('new.ich.json'), 'HEAD');
    const { left, right } = await sides();
    assert.deepEqual([left.document.version.title, masks(left)], ['HEAD', 'absent']);
    assert.deepEqual(masks(right), [{ slice: 2, runs: row(3, 2) }]);
    rmSync(at('new.ich.json'));
    await waitFor('the deleted file', () => masks(right) === 'absent');
  });

  it('keeps left and right as asked for, whatever is open already', async () => {
    write('a.ich.json', row(1, 1));
    write('b.ich.json', row(2, 2));
    // One side is open before the other.
    await vscode.commands.executeCommand('vscode.openWith', uri('b.ich.json'), 'hemorica.annotation');
    await vscode.commands.executeCommand('hemorica.compareAnnotations', uri('a.ich.json'), uri('b.ich.json'));
    const { left, right } = await sides();
    assert.deepEqual(
      [left, right].map(({ document }) => document.version.file),
      ['a.ich.json', 'b.ich.json'],
    );
    const { comparisons } = await extension();
    const alone = comparisons.sessions.filter(({ other }) => other === undefined);
    assert.equal(alone.length, 1, 'the editor of the one file stays alone');
  });

  it('says what is wrong with a version that is no annotation', async () => {
    writeFileSync(at('broken.ich.json'), '{ "format": ');
    await vscode.commands.executeCommand('hemorica.compareAnnotations', uri('head.ich.json'), uri('broken.ich.json'));
    const { right } = await sides();
    const { content } = right.document.version;
    assert.equal(content.state, 'broken');
    assert.match(content.state === 'broken' ? content.problem : '', /broken\.ich\.json, line 1/);
  });

  it('changes to the text and back', async () => {
    write('head.ich.json', row(10, 7));
    await openChange('head.ich.json');
    await sides();
    await vscode.commands.executeCommand('hemorica.showChangesAsText');
    const input = await waitFor('the text', () => {
      const { activeTab } = vscode.window.tabGroups.activeTabGroup;
      return activeTab?.input instanceof vscode.TabInputTextDiff ? activeTab.input : undefined;
    });
    assert.deepEqual([input.original.scheme, input.modified.fsPath], ['git', at('head.ich.json')]);
    await vscode.commands.executeCommand('hemorica.showChangesVisually');
    const { left } = await sides();
    assert.equal(left.document.uri.scheme, 'git');
    assert.equal(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 1);
  });

  it('opens changes as text where the setting says so, and as masks again', async () => {
    write('head.ich.json', row(10, 7));
    const settings = vscode.workspace.getConfiguration('hemorica');
    const associated = (): unknown =>
      vscode.workspace.getConfiguration('workbench').inspect('diffEditorAssociations')?.globalValue;
    await settings.update('diff.default', 'text', vscode.ConfigurationTarget.Global);
    try {
      await waitFor('the association', () => JSON.stringify(associated())?.includes('*.ich.json'));
      await openChange('head.ich.json');
      await waitFor(
        'the text',
        () => vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff,
      );
      assert.equal((await extension()).comparisons.sessions.length, 0);
    } finally {
      await settings.update('diff.default', undefined, vscode.ConfigurationTarget.Global);
    }
    await waitFor('no association', () => !JSON.stringify(associated() ?? {}).includes('*.ich.json'));
  });

  it('leads from a deleted version that is open as text to its masks', async () => {
    const git = vscode.extensions.getExtension<{ getAPI(version: 1): Git }>('vscode.git');
    assert.ok(git);
    const committed = git.exports.getAPI(1).toGitUri(uri('head.ich.json'), 'HEAD');
    rmSync(at('head.ich.json'));
    await vscode.window.showTextDocument(committed);
    const lens = await waitFor('the lens', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        committed,
        99,
      );
      return lenses.find(({ command }) => command?.title === 'Show Changes to Working Tree');
    });
    assert.ok(lens.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    const { left, right } = await sides();
    assert.deepEqual([masks(left), masks(right)], [[{ slice: 2, runs: row(10, 5) }], 'absent']);
    write('head.ich.json', row(10, 5));
  });

  it('opens what is staged, added or renamed as masks, and leads from an untracked file to the viewer', async () => {
    write('kept.ich.json', row(30, 5));
    repo.git('add', 'kept.ich.json');
    repo.git('commit', '-q', '-m', 'Keep');
    try {
      repo.git('mv', 'kept.ich.json', 'renamed.ich.json');
      write('added.ich.json', row(40, 3));
      repo.git('add', 'added.ich.json');
      await openChange('renamed.ich.json');
      const { left, right } = await sides();
      assert.deepEqual(
        [left, right].map(({ document }) => [document.version.file, document.version.title]),
        [
          ['kept.ich.json', 'HEAD'],
          ['renamed.ich.json', 'Index'],
        ],
      );
      write('untracked.ich.json', row(50, 3));
      for (const [name, command] of [
        ['added.ich.json', 'Show Changes to Working Tree'],
        ['untracked.ich.json', 'Show in Viewer'],
      ] as const) {
        await closeAll();
        await openChange(name);
        const input = await waitFor(`the text of ${name}`, () => {
          const { activeTab } = vscode.window.tabGroups.activeTabGroup;
          return activeTab?.input instanceof vscode.TabInputText ? activeTab.input : undefined;
        });
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          input.uri,
          99,
        );
        assert.ok(
          lenses.some((lens) => lens.command?.title === command),
          `${name}: ${lenses.map((lens) => lens.command?.title).join()}`,
        );
        await vscode.commands.executeCommand('hemorica.showInViewer');
        await waitFor(`the scan of ${name}`, async () => (await extension()).sessions.showing(uri('head.nii'))[0]);
      }
    } finally {
      repo.git('reset', '-q', '--hard');
      rmSync(at('untracked.ich.json'), { force: true });
    }
  });

  it('leads from a text with the marks of a conflict to the masks of both sides', async () => {
    repo.git('checkout', '-q', '-b', 'theirs');
    write('head.ich.json', row(10, 6));
    repo.git('commit', '-q', '-a', '-m', 'Theirs');
    repo.git('checkout', '-q', 'main');
    write('head.ich.json', row(10, 7));
    repo.git('commit', '-q', '-a', '-m', 'Ours');
    assert.notEqual(repo.try(['merge', '-q', '--no-edit', 'theirs']).status, 0);
    try {
      await openChange('head.ich.json');
      await waitFor('the text', () => vscode.window.activeTextEditor?.document.uri.fsPath === at('head.ich.json'));
      await vscode.commands.executeCommand('hemorica.showInViewer');
      const { left, right } = await sides();
      assert.deepEqual(
        [masks(left), masks(right)],
        [[{ slice: 2, runs: row(10, 7) }], [{ slice: 2, runs: row(10, 6) }]],
      );
    } finally {
      repo.git('merge', '--abort');
      repo.git('reset', '-q', '--hard', 'HEAD~1');
    }
  });

  it('shows what is unsaved beside what another program has written', async () => {
    write('head.ich.json', row(10, 5));
    const session = await decoded(await open(at('head.nii')));
    await waitFor('the annotation', () => session.document.annotation.state === 'shown');
    paint(session, 2, 22, 10, 12);
    await untilDirty(session.document.uri);
    const window = vscode.window as unknown as Record<'showWarningMessage', unknown>;
    const original = window.showWarningMessage;
    const answers = ['Compare'];
    // Asked again once the comparison is there.
    window.showWarningMessage = async () => answers.shift();
    try {
      write('head.ich.json', row(10, 9));
      const { left, right } = await sides();
      assert.deepEqual([left.document.version.title, right.document.version.title], ['Working Tree', 'Unsaved']);
      assert.deepEqual(masks(left), [{ slice: 2, runs: row(10, 9) }]);
      assert.deepEqual(masks(right), [{ slice: 2, runs: Uint32Array.of(4, 20, 10, 5, 4, 22, 10, 3) }]);
    } finally {
      window.showWarningMessage = original;
    }
    await vscode.window.tabGroups.close(vscode.window.tabGroups.activeTabGroup.activeTab ?? []);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('opens the scan of an annotation in the viewer, at a slice', async () => {
    await vscode.commands.executeCommand('hemorica.showInViewer', uri('head.ich.json'), 3);
    const { sessions } = await extension();
    const session = await waitFor('the viewer', () => sessions.showing(uri('head.nii'))[0]);
    await waitFor('the slice', () => session.status?.slice === 3);
  });
});
