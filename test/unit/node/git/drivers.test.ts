// git itself, set up by the command line as it is shipped: what it shows, and what it merges.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { parseAnnotation } from '../../../../src/core/annotation/parse';
import { type Built, buildPrograms } from '../../../fixtures/built';
import { GitRepo } from '../../../fixtures/git-repo';
import { blank, painted, textOf } from '../../../fixtures/masks';

const FILE = 'scans of May/head "1".ich.json';
const base = painted(blank(), { k: 1, at: [5, 5], size: [10, 10], subtype: 'IPH' });
/** Both paint the same row of slice 1, in other columns: plain git cannot merge that. */
const left = painted(base, { k: 1, at: [0, 8], size: [3, 1], subtype: 'SDH' });
const right = painted(base, { k: 1, at: [28, 8], size: [3, 1], subtype: 'SAH' });
const both = painted(left, { k: 1, at: [28, 8], size: [3, 1], subtype: 'SAH' });
/** Overlaps `right` in two voxels with another subtype. */
const clashing = painted(base, { k: 1, at: [27, 8], size: [3, 1], subtype: 'EPH' });

describe('git, set up by hemorica git-setup', function () {
  this.timeout(120_000);
  let built: Built;
  let repo: GitRepo;
  before(async () => {
    built = await buildPrograms();
  });
  after(() => built.remove());
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.remove());

  function hemorica(where: GitRepo, ...args: string[]): { code: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [built.cli, ...args], {
      cwd: where.folder,
      encoding: 'utf8',
    });
    return { code: status, stdout, stderr };
  }

  function setUp(where = repo): void {
    const { code, stderr } = hemorica(where, 'git-setup');
    assert.equal(code, 0, stderr);
  }

  /** `main` with `base`, and a branch for each text. */
  function branches(texts: Readonly<Record<string, string>>, file = FILE): void {
    repo.write(file, textOf(base));
    repo.commit('base');
    for (const [name, text] of Object.entries(texts)) {
      repo.git('checkout', '-q', '-b', name, 'main');
      repo.write(file, text);
      repo.commit(name);
    }
    repo.git('checkout', '-q', Object.keys(texts)[0] ?? 'main');
  }

  it('writes its line and its configuration once, keeps those of others, and takes them back', () => {
    repo.write('.gitattributes', '*.nii.gz filter=lfs -text\r\n');
    const before = repo.git('config', '--local', '--list');
    setUp();
    assert.equal(
      repo.read('.gitattributes'),
      '*.nii.gz filter=lfs -text\r\n# Annotations of head CT, compared and merged as masks (hemorica git-setup).\r\n*.ich.json text eol=lf diff=hemorica merge=hemorica\r\n',
    );
    const text = repo.read('.gitattributes');
    const configuration = repo.git('config', '--local', '--list');
    assert.match(configuration, /^merge\.hemorica\.driver=/m);
    const again = hemorica(repo, 'git-setup');
    assert.match(again.stdout, /nothing to change/);
    assert.equal(repo.read('.gitattributes'), text);
    assert.equal(repo.git('config', '--local', '--list'), configuration);
    const removed = hemorica(repo, 'git-setup', '--remove');
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal(repo.read('.gitattributes'), '*.nii.gz filter=lfs -text\r\n');
    assert.equal(repo.git('config', '--local', '--list'), before);
    setUp();
    repo.write('.gitattributes', '*.ich.json text eol=lf diff=hemorica merge=hemorica\n');
    hemorica(repo, 'git-setup', '--remove');
    assert.equal(existsSync(repo.path('.gitattributes')), false);
  });

  it('refuses a folder that lies in no repository', () => {
    const { code, stderr } = hemorica(repo.in('..'), 'git-setup');
    assert.equal(code, 1);
    assert.match(stderr, /no git repository/);
  });

  it('tells in git diff what changed, without the scan', () => {
    setUp();
    repo.write(FILE, textOf(base));
    repo.commit('base');
    repo.write(FILE, textOf(base, { k: 2, at: [5, 5], size: [10, 4], subtype: 'IPH' }));
    const diff = repo.git('diff');
    assert.match(diff, /^annotation scans of May\/head "1"\.ich\.json$/m);
    assert.match(diff, /^ {2}IPH 0\.5 -> 0\.7 mL, slices 2-3, Dice 0\.83$/m);
    assert.match(diff, /^ {2}voxels: 40 added on 1 slice$/m);
    repo.commit('more');
    const log = repo.git('log', '-p', '-1');
    assert.match(log, /^-IPH 0\.5 mL, slice 2$/m);
    assert.match(log, /^\+IPH 0\.7 mL, slices 2-3$/m);
    // A mask that moved with all its figures the same still shows.
    repo.write(FILE, textOf(base, { k: 2, at: [6, 5], size: [10, 4], subtype: 'IPH' }));
    assert.match(repo.git('diff', '--no-ext-diff'), /^\+mask [0-9a-f]{12}$/m);
    // Files that one side does not have.
    repo.write('new.ich.json', textOf(base));
    repo.git('add', '-A');
    repo.git('rm', '-q', '-f', FILE);
    const cached = repo.git('diff', '--cached', '--no-renames');
    assert.match(cached, /annotation new\.ich\.json\n {2}added\n {2}IPH 0\.0 -> 0\.5 mL/);
    assert.match(cached, /annotation scans of May\/head "1"\.ich\.json\n {2}removed\n {2}IPH 0\.7 -> 0\.0 mL/);
    assert.match(repo.git('diff', '--cached', '-M'), /annotation scans of May\/head "1"\.ich\.json -> new\.ich\.json/);
  });

  it('hands VS Code the file itself, where it asks for a revision through textconv', () => {
    setUp();
    repo.write(FILE, textOf(base));
    repo.commit('base');
    const asked = repo.try(['show', '--textconv', `HEAD:${FILE}`], { VSCODE_GIT_COMMAND: 'show' });
    assert.equal(asked.stdout, textOf(base));
    assert.match(repo.git('show', '--textconv', `HEAD:${FILE}`), /^draft\nIPH 0\.5 mL/);
  });

  for (const [name, merge] of [
    ['merge', ['merge', '-q', '--no-edit', 'theirs']],
    ['cherry-pick', ['cherry-pick', 'theirs']],
    ['rebase', ['rebase', '-q', 'theirs']],
  ] as const) {
    it(`merges in git ${name} what plain git cannot`, () => {
      branches({ ours: textOf(left), theirs: textOf(right) });
      assert.notEqual(repo.try([...merge]).status, 0, 'plain git merges it');
      repo.git(name, '--abort');
      setUp();
      repo.git(...merge);
      assert.equal(repo.read(FILE), textOf(both));
      assert.equal(repo.git('status', '--porcelain', '--', FILE), '');
    });
  }

  it('merges what a stash brings back, in files with any name', () => {
    const name = 'Köpfe 頭/größe é.ich.json';
    repo.write(name, textOf(base));
    repo.commit('base');
    setUp();
    repo.commit('set up');
    repo.write(name, textOf(right));
    repo.git('stash', '-q');
    repo.write(name, textOf(left));
    repo.commit('left');
    repo.git('stash', 'pop', '-q');
    assert.equal(repo.read(name), textOf(both));
    repo.git('checkout', '-q', '--', '.');
    // One that clashes leaves a valid annotation, and the stash.
    repo.write(name, textOf(painted(left, { k: 1, at: [28, 8], size: [3, 1], subtype: 'EPH' })));
    repo.git('stash', '-q');
    repo.write(name, textOf(both));
    repo.commit('both');
    const { status } = repo.try(['stash', 'pop', '-q']);
    assert.equal(status, 1);
    assert.equal(parseAnnotation(repo.read(name)).conflicts?.length, 1);
    assert.equal(repo.git('stash', 'list').split('\n').length, 2);
  });

  for (const command of ['rebase', 'cherry-pick'] as const) {
    it(`leaves a conflict of git ${command} on record, and goes on once it is decided`, () => {
      branches({ ours: textOf(clashing), theirs: textOf(right) });
      setUp();
      const { status } = repo.try([command, 'theirs']);
      assert.equal(status, 1);
      assert.equal(parseAnnotation(repo.read(FILE)).conflicts?.length, 1);
      repo.write(FILE, textOf(both));
      repo.git('add', FILE);
      repo.git('-c', 'core.editor=true', command, '--continue');
      assert.equal(repo.read(FILE), textOf(both));
      assert.equal(repo.git('status', '--porcelain', '--', FILE), '');
    });
  }

  it('leaves a valid annotation with the conflict on record, and the file unmerged', () => {
    branches({ ours: textOf(clashing), theirs: textOf(right) });
    setUp();
    const { status, stderr } = repo.try(['merge', '-q', '--no-edit', 'theirs']);
    assert.equal(status, 1);
    assert.match(stderr, /both sides changed 2 voxels differently/);
    assert.match(repo.git('status', '--porcelain', '--', FILE), /^UU /);
    const merged = parseAnnotation(repo.read(FILE));
    assert.deepEqual(merged.conflicts, [{ kind: 'voxels', slice: 1, runs: Uint32Array.from([8, 28, 2, 0, 1, 3]) }]);
    const { conflicts: _, ...rest } = merged;
    assert.deepEqual(rest, painted(clashing, { k: 1, at: [30, 8], size: [1, 1], subtype: 'SAH' }));
    // git compares an unmerged file by its summaries, and shows what is open.
    assert.match(repo.git('diff'), /^\+\+merge conflict: 2 voxels$/m);
    repo.commit('as it is');
    assert.match(repo.git('show', '--format=', '-m', '--first-parent'), /^\+merge conflict: 2 voxels$/m);
  });

  it('merges files that both sides added, and keeps git at its word where one side removed the file', () => {
    repo.commit('nothing yet');
    repo.git('checkout', '-q', '-b', 'theirs');
    repo.write(FILE, textOf(right));
    repo.commit('theirs');
    repo.git('checkout', '-q', 'main');
    repo.write(FILE, textOf(left));
    repo.commit('ours');
    setUp();
    repo.git('merge', '-q', '--no-edit', 'theirs');
    assert.equal(repo.read(FILE), textOf(both));
    repo.git('checkout', '-q', '-b', 'without', 'theirs');
    repo.git('rm', '-q', FILE);
    repo.commit('removed');
    repo.git('checkout', '-q', 'main');
    const { status, stdout } = repo.try(['merge', '--no-edit', 'without']);
    assert.equal(status, 1);
    assert.match(stdout, /CONFLICT \(modify\/delete\)/);
    assert.equal(repo.read(FILE), textOf(both));
  });

  it('merges through a rename on one side', () => {
    branches({ ours: textOf(left), theirs: textOf(right) });
    setUp();
    repo.git('mv', FILE, 'renamed.ich.json');
    repo.commit('renamed');
    repo.git('merge', '-q', '--no-edit', 'theirs');
    assert.equal(repo.read('renamed.ich.json'), textOf(both));
    assert.equal(existsSync(repo.path(FILE)), false);
  });

  it('merges by text, with marks, what is no annotation or of another scan', () => {
    branches({ ours: textOf(blank('cd')), theirs: textOf(right) });
    setUp();
    const { status, stderr } = repo.try(['merge', '-q', '--no-edit', 'theirs']);
    assert.equal(status, 1);
    assert.match(stderr, /different images/);
    assert.throws(() => parseAnnotation(repo.read(FILE)), /merge conflict/i);
    repo.git('merge', '--abort');
    repo.write(FILE, 'broken {\n');
    repo.commit('broken');
    const second = repo.try(['merge', '-q', '--no-edit', 'theirs']);
    assert.equal(second.status, 1);
    assert.match(repo.read(FILE), /^<{7} ours[\s\S]*broken \{[\s\S]*^>{7} theirs$/m);
  });

  it('falls back to what git does by itself when Hemorica is gone', () => {
    branches({ ours: textOf(left), theirs: textOf(right) });
    setUp();
    const away = `${built.cli}.away`;
    renameSync(built.cli, away);
    try {
      const { status } = repo.try(['merge', '-q', '--no-edit', 'theirs']);
      assert.equal(status, 1);
      const text = repo.read(FILE);
      assert.match(text, /^<{7} ours$/m);
      assert.match(text, /A28\+3/);
      repo.git('merge', '--abort');
      repo.write(FILE, textOf(both));
      assert.match(repo.git('diff'), /^\+.*A28\+3/m);
      assert.match(repo.git('log', '-p', '-1'), /^\+"8 D0\+3 P5\+10/m);
    } finally {
      renameSync(away, built.cli);
    }
  });

  it('works with CRLF in the working tree and in the repository', () => {
    // Checked out before the attributes are there, as on a Windows machine.
    repo.git('config', 'core.autocrlf', 'true');
    branches({ ours: textOf(left), theirs: textOf(right) });
    repo.git('rm', '-q', '--cached', FILE);
    repo.git('reset', '-q', '--hard');
    assert.match(repo.read(FILE), /\r\n/);
    setUp();
    assert.equal(repo.git('status', '--porcelain', '--', FILE), '');
    repo.git('merge', '-q', '--no-edit', 'theirs');
    assert.equal(repo.git('show', `HEAD:${FILE}`), textOf(both));
    assert.deepEqual(parseAnnotation(repo.read(FILE)), both);

    // Committed with CRLF, and never normalized.
    const other = GitRepo.create('crlf');
    try {
      const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
      other.git('config', 'core.autocrlf', 'false');
      other.write('a.ich.json', crlf(textOf(base)));
      other.commit('base');
      other.git('checkout', '-q', '-b', 'theirs');
      other.write('a.ich.json', crlf(textOf(right)));
      other.commit('theirs');
      other.git('checkout', '-q', 'main');
      other.write('a.ich.json', crlf(textOf(left)));
      other.commit('ours');
      const { stderr } = hemorica(other, 'git-setup');
      assert.match(stderr, /1 annotations are in the repository with CRLF/);
      // With the driver alone, as a team may have it in its own attributes.
      other.write('.gitattributes', '*.ich.json merge=hemorica -text\n');
      other.git('merge', '-q', '--no-edit', 'theirs');
      assert.equal(other.read('a.ich.json'), crlf(textOf(both)));
    } finally {
      other.remove();
    }
  });

  it('works in linked worktrees and in submodules', () => {
    branches({ ours: textOf(left), theirs: textOf(right) });
    repo.git('checkout', '-q', 'main');
    repo.git('worktree', 'add', '-q', '../linked tree', 'ours');
    const linked = repo.in('../linked tree');
    setUp(linked);
    assert.equal(existsSync(repo.path('.gitattributes')), false);
    linked.git('merge', '-q', '--no-edit', 'theirs');
    assert.equal(linked.read(FILE), textOf(both));

    const outer = GitRepo.create('outer');
    try {
      outer.git('submodule', '--quiet', 'add', '-b', 'main', repo.folder, 'cohort');
      outer.commit('submodule');
      const inner = outer.in('cohort');
      setUp(inner);
      assert.equal(existsSync(inner.path('.gitattributes')), true);
      assert.equal(existsSync(outer.path('.gitattributes')), false);
      assert.equal(outer.try(['config', '--local', 'merge.hemorica.driver']).status, 1);
      inner.git('checkout', '-q', '--detach', 'origin/ours');
      inner.git('merge', '-q', '--no-edit', 'origin/theirs');
      assert.equal(inner.read(FILE), textOf(both));
    } finally {
      outer.remove();
    }
  });

  it('compares revisions, renames followed, and merges files, by name', () => {
    repo.write(FILE, textOf(base));
    repo.commit('base');
    repo.git('mv', FILE, 'b.ich.json');
    repo.commit('renamed');
    assert.deepEqual(hemorica(repo, 'diff', 'b.ich.json').code, 0);
    repo.write('b.ich.json', textOf(left));
    const differs = hemorica(repo, 'diff', 'b.ich.json', '--rev', 'HEAD~1', '--json');
    assert.equal(differs.code, 1, differs.stderr);
    assert.deepEqual(
      { ...JSON.parse(differs.stdout), subtypes: [] },
      { same: false, subtypes: [], added: 3, removed: 0, relabeled: [], changedSlices: [1], statements: [] },
    );
    assert.match(hemorica(repo, 'diff', 'b.ich.json', '--rev', 'nowhere').stderr, /no revision "nowhere"/);
    assert.equal(hemorica(repo, 'diff', 'b.ich.json', 'a', '--rev', 'HEAD').code, 2);
    repo.write('base.ich.json', textOf(base));
    repo.write('right.ich.json', textOf(right));
    const merged = hemorica(repo, 'merge', 'base.ich.json', 'b.ich.json', 'right.ich.json', '--out', 'out.ich.json');
    assert.equal(merged.code, 0, merged.stderr);
    assert.equal(repo.read('out.ich.json'), textOf(both));
    assert.equal(repo.read('b.ich.json'), textOf(left));
    repo.write('other.ich.json', textOf(blank('cd')));
    const refused = hemorica(
      repo,
      'merge',
      'base.ich.json',
      'other.ich.json',
      'right.ich.json',
      '--out',
      'no.ich.json',
    );
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /different images/);
    assert.equal(existsSync(path.join(repo.folder, 'no.ich.json')), false);
  });
});
