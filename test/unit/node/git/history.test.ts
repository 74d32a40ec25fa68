// Who drew a lesion, and how an annotation grew, in real repositories.
import assert from 'node:assert/strict';
import { type Annotation, masksOf } from '../../../../src/core/annotation/annotation';
import { encodeAnnotation } from '../../../../src/core/annotation/encode';
import { gridOfImage } from '../../../../src/core/measure/compare';
import { measureLesions } from '../../../../src/core/measure/lesions';
import { blameLesions } from '../../../../src/node/git/blame';
import { Git, GitError } from '../../../../src/node/git/git';
import { historyOf } from '../../../../src/node/git/history';
import { fileAtStage, pathInRepository, repositoryOf, resolveRevision } from '../../../../src/node/git/repository';
import { setUp } from '../../../../src/node/git/setup';
import { GitRepo } from '../../../fixtures/git-repo';
import { blank, type Patch, painted } from '../../../fixtures/masks';

const FILE = 'head.ich.json';
const git = new Git();
/** Two lesions that share rows, and so lines of the text. */
const iph: Patch = { k: 1, at: [2, 5], size: [8, 8], subtype: 'IPH' };
const sdh: Patch = { k: 1, at: [20, 5], size: [4, 12], subtype: 'SDH' };

describe('blame and history', function () {
  this.timeout(60_000);
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.remove());

  function save(annotation: Annotation, author: string, file = FILE): string {
    repo.write(file, encodeAnnotation(annotation));
    return repo.commit(`by ${author}`, author);
  }

  /** Authors by subtype. */
  async function authors(annotation: Annotation, file = FILE, where = repo): Promise<Record<string, string>> {
    const lesions = measureLesions(masksOf(annotation), gridOfImage(annotation));
    const path = where.path(file);
    const blames = await blameLesions(git, await repositoryOf(git, path), path, annotation, lesions);
    return Object.fromEntries(
      lesions.map(({ subtype }, n) => {
        const blame = blames[n];
        return [subtype, typeof blame === 'string' ? blame : (blame?.author ?? '')];
      }),
    );
  }

  it('names who last changed a lesion, not who changed another one in the same rows', async () => {
    const one = painted(blank(), iph);
    save(one, 'Ada');
    const two = painted(one, sdh);
    save(two, 'Bo');
    assert.deepEqual(await authors(two), { IPH: 'Ada', SDH: 'Bo' });
    const three = painted(two, { k: 2, at: [3, 6], size: [1, 1], subtype: 'IPH' });
    save(three, 'Cy');
    assert.deepEqual(await authors(three), { IPH: 'Cy', SDH: 'Bo' });
    // A whole row and a whole slice taken off.
    const four = painted(three, { k: 1, at: [20, 16], size: [4, 1] }, { k: 2, at: [0, 0], size: [32, 32] });
    save(four, 'Di');
    assert.deepEqual(await authors(four), { IPH: 'Di', SDH: 'Di' });
    // What is on disk or in an editor and not committed.
    const five = painted(four, { k: 1, at: [2, 5], size: [1, 1] });
    assert.deepEqual(await authors(five), { IPH: 'uncommitted', SDH: 'Di' });
  });

  it('follows renames, and is not misled by a summary that git shows instead of the text', async () => {
    const one = painted(blank(), iph);
    save(one, 'Ada');
    repo.git('mv', FILE, 'moved.ich.json');
    repo.commit('moved', 'Mover');
    await setUp(git, await repositoryOf(git, repo.folder), { node: '/no/node', script: '/no/cli.js', electron: false });
    repo.commit('set up', 'Mover');
    assert.deepEqual(await authors(one, 'moved.ich.json'), { IPH: 'Ada' });
    const file = repo.path('moved.ich.json');
    const entries = await historyOf(git, await repositoryOf(git, file), file);
    assert.deepEqual(
      entries.map(({ author, name }) => [author, name]),
      [
        ['Ada', FILE],
        ['Mover', 'moved.ich.json'],
      ],
    );
  });

  it('names the commit of the branch, not the merge', async () => {
    const base = painted(blank(), iph);
    save(base, 'Ada');
    repo.git('checkout', '-q', '-b', 'other');
    save(painted(base, { k: 3, at: [1, 1], size: [3, 3], subtype: 'IVH' }), 'Bo');
    repo.git('checkout', '-q', 'main');
    save(painted(base, { k: 0, at: [1, 1], size: [3, 3], subtype: 'SAH' }), 'Cy');
    repo.git('merge', '-q', '--no-edit', 'other');
    const merged = painted(
      base,
      { k: 3, at: [1, 1], size: [3, 3], subtype: 'IVH' },
      { k: 0, at: [1, 1], size: [3, 3], subtype: 'SAH' },
    );
    assert.equal(repo.read(FILE), encodeAnnotation(merged));
    assert.deepEqual(await authors(merged), { IPH: 'Ada', IVH: 'Bo', SAH: 'Cy' });
  });

  it('gives the volume of each subtype in every commit, oldest first, and says which cannot be read', async () => {
    save(painted(blank(), iph), 'Ada');
    repo.write(FILE, 'broken');
    repo.commit('broken', 'Bo');
    const last = save(painted(blank(), iph, sdh), 'Cy');
    const file = repo.path(FILE);
    const entries = await historyOf(git, await repositoryOf(git, file), file);
    assert.deepEqual(
      entries.map(({ author, volumes, problem, subject }) => [author, volumes?.IPH, volumes?.SDH, problem, subject]),
      [
        ['Ada', 0.32, 0, undefined, 'by Ada'],
        ['Bo', undefined, undefined, 'This is no JSON value.', 'broken'],
        ['Cy', 0.32, 0.24, undefined, 'by Cy'],
      ],
    );
    assert.equal(entries.at(-1)?.hash, last);
    assert.match(entries.at(-1)?.date ?? '', /^2026-01-01T/);
  });

  it("does not take another scan's annotation for an earlier version", async () => {
    save(painted(blank('cd'), iph), 'Ada', 'other.ich.json');
    repo.git('rm', '-q', 'other.ich.json');
    const annotation = painted(blank(), iph);
    save(annotation, 'Bo');
    const file = repo.path(FILE);
    const entries = await historyOf(git, await repositoryOf(git, file), file);
    assert.deepEqual(
      entries.map(({ author }) => author),
      ['Bo'],
    );
    assert.deepEqual(await authors(annotation), { IPH: 'Bo' });
  });

  it('works in repositories without a commit, in linked worktrees and through links', async () => {
    const annotation = painted(blank(), iph);
    repo.write(FILE, encodeAnnotation(annotation));
    assert.deepEqual(await authors(annotation), { IPH: 'uncommitted' });
    save(annotation, 'Ada');
    repo.git('worktree', 'add', '-q', '../linked', '-b', 'linked');
    assert.deepEqual(await authors(annotation, FILE, repo.in('../linked')), { IPH: 'Ada' });
  });

  it('reads hundreds of commits with few processes', async () => {
    const commits = 200;
    const lines: string[] = [];
    for (let n = 0; n < commits; n++) {
      const text = encodeAnnotation(
        painted(blank(), { k: 1, at: [0, 0], size: [1 + (n % 30), 1 + Math.floor(n / 30)], subtype: 'IPH' }),
      );
      lines.push(
        `commit refs/heads/main\ncommitter T <t@example.org> ${1_700_000_000 + n} +0000\ndata ${String(n).length}\n${n}\nM 100644 inline ${FILE}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      );
    }
    await git.run(['fast-import', '--quiet'], { cwd: repo.folder, input: lines.join('') });
    repo.git('reset', '-q', '--hard');
    const file = repo.path(FILE);
    const entries = await historyOf(git, await repositoryOf(git, file), file);
    assert.equal(entries.length, commits);
    entries.forEach(({ subject, volumes }, n) => {
      assert.equal(subject, String(n));
      assert.ok(Math.abs((volumes?.IPH ?? 0) - ((1 + (n % 30)) * (1 + Math.floor(n / 30)) * 5) / 1000) < 1e-9);
    });
  });

  it('reads the three sides of an unmerged file, and refuses revisions that are none', async () => {
    const base = painted(blank(), iph);
    save(base, 'Ada');
    repo.git('checkout', '-q', '-b', 'other');
    save(painted(base, { ...iph, subtype: 'SAH' }), 'Bo');
    repo.git('checkout', '-q', 'main');
    save(painted(base, { ...iph, subtype: 'SDH' }), 'Cy');
    assert.notEqual(repo.try(['merge', '-q', 'other']).status, 0);
    const repository = await repositoryOf(git, repo.folder);
    const name = await pathInRepository(repository, repo.path(FILE));
    const stages = await Promise.all(([1, 2, 3] as const).map((stage) => fileAtStage(git, repository, stage, name)));
    assert.deepEqual(
      stages.map((bytes) => bytes?.toString('utf8')),
      [base, painted(base, { ...iph, subtype: 'SDH' }), painted(base, { ...iph, subtype: 'SAH' })].map(
        encodeAnnotation,
      ),
    );
    assert.equal(await fileAtStage(git, repository, 2, 'nowhere'), undefined);
    for (const revision of ['nowhere', '--all', 'HEAD:head', ''])
      await assert.rejects(resolveRevision(git, repository, revision), GitError);
    await assert.rejects(new Git('/no/such/git').run(['version'], { cwd: repo.folder }), /cannot be started/);
  });
});
