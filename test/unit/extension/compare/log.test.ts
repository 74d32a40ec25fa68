import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { commitsOf, isAncestor } from '../../../../src/extension/compare/log';
import { GitRepo } from '../../../fixtures/git-repo';

describe('the log of an annotation', () => {
  let repo: GitRepo;
  before(() => {
    repo = GitRepo.create();
    const commit = (name: string, text: string, subject: string): void => {
      writeFileSync(path.join(repo.folder, name), text);
      repo.git('add', '.');
      repo.git('commit', '-q', '-m', subject);
    };
    const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`);
    commit('first.ich.json', lines.join('\n'), 'Draw');
    commit('other.txt', 'x', 'Something else');
    repo.git('mv', 'first.ich.json', 'é second.ich.json');
    repo.git('commit', '-q', '-m', 'Rename: "quotes" and é');
    commit('é second.ich.json', [...lines, 'more'].join('\n'), 'Correct');
  });
  after(() => repo.remove());

  it('lists the commits of the file, the newest first, under the name it had', async () => {
    const commits = await commitsOf('git', path.join(repo.folder, 'é second.ich.json'));
    assert.deepEqual(
      commits.map(({ subject, file }) => [subject, path.basename(file)]),
      [
        ['Correct', 'é second.ich.json'],
        ['Rename: "quotes" and é', 'é second.ich.json'],
        ['Draw', 'first.ich.json'],
      ],
    );
    assert.match(commits[0]?.hash ?? '', /^[0-9a-f]{40}$/);
    assert.equal(commits[0]?.author, 'Test');
    assert.ok(Date.parse(commits[0]?.date ?? '') > Date.parse(commits[2]?.date ?? ''));
  });

  it('lists none for a file that git does not know', async () => {
    writeFileSync(path.join(repo.folder, 'new.ich.json'), '{}');
    assert.deepEqual(await commitsOf('git', path.join(repo.folder, 'new.ich.json')), []);
  });

  it('knows which of two revisions came first', async () => {
    const file = path.join(repo.folder, 'é second.ich.json');
    assert.equal(await isAncestor('git', file, 'HEAD~2', 'HEAD'), true);
    assert.equal(await isAncestor('git', file, 'HEAD', 'HEAD~2'), false);
    assert.equal(await isAncestor('git', file, 'HEAD', 'main'), false);
    assert.equal(await isAncestor('git', file, 'HEAD', 'nowhere'), false);
  });
});
