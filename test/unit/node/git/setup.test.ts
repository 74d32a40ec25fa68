import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Git } from '../../../../src/node/git/git';
import { repositoryOf, stageFile, unmergedStages } from '../../../../src/node/git/repository';
import { configure, driverOf, setUp } from '../../../../src/node/git/setup';
import { fallbackTo, quote, scriptOf } from '../../../../src/node/git/shell-command';
import { GitRepo } from '../../../fixtures/git-repo';
import { blank, textOf } from '../../../fixtures/masks';

const git = new Git();
/** Paths that a shell, git's configuration and git's own placeholders could each misread. */
const STRANGE = `/home/it's 100%Bad/$HOME "x"/cli.js`;

describe('commands in the configuration of git', () => {
  it('quote paths for a shell, those of Windows with slashes', () => {
    for (const word of ['plain', "it's", '$HOME `x` "y"', 'a\\b', STRANGE])
      assert.equal(execFileSync('sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' }), word);
    assert.equal(quote('C:\\Program Files\\node.exe'), "'C:/Program Files/node.exe'");
  });

  it('name the program that they run, and no other command does', () => {
    const command = fallbackTo({ node: '/usr/bin/node', script: STRANGE, electron: true }, 'merge', 'false');
    assert.equal(scriptOf(command), STRANGE);
    assert.match(command, /ELECTRON_RUN_AS_NODE=1 '\/usr\/bin\/node'/);
    assert.equal(scriptOf('custom-merge %O %A %B'), undefined);
  });

  it('keep their paths through git, and follow the program to another place', async () => {
    const repo = GitRepo.create();
    try {
      const repository = await repositoryOf(git, repo.folder);
      assert.equal(await driverOf(git, repository), undefined);
      // A stand-in for the program, which takes their side.
      const script = repo.path("100%A $x's.cjs");
      writeFileSync(script, "const fs = require('fs'); fs.copyFileSync(process.argv[5], process.argv[4]);");
      await setUp(git, repository, { node: process.execPath, script, electron: false });
      assert.equal(scriptOf((await driverOf(git, repository)) ?? ''), script);
      const versions = (['EPH', 'SDH', 'SAH'] as const).map((subtype) =>
        textOf(blank(), { k: 0, at: [3, 3], size: [2, 2], subtype }),
      );
      repo.write('a.ich.json', versions[0] ?? '');
      repo.commit('base');
      repo.git('checkout', '-q', '-b', 'theirs');
      repo.write('a.ich.json', versions[1] ?? '');
      repo.commit('theirs');
      repo.git('checkout', '-q', 'main');
      repo.write('a.ich.json', versions[2] ?? '');
      repo.commit('ours');
      repo.git('merge', '-q', '--no-edit', 'theirs');
      assert.equal(repo.read('a.ich.json'), versions[1]);
      const moved = { node: process.execPath, script: '/elsewhere/cli.js', electron: false };
      assert.equal((await configure(git, repository, moved)).length, 3);
      assert.deepEqual(await configure(git, repository, moved), []);
      assert.equal(scriptOf((await driverOf(git, repository)) ?? ''), '/elsewhere/cli.js');
    } finally {
      repo.remove();
    }
  });

  it('know which files are unmerged, and mark them as merged', async () => {
    const repo = GitRepo.create();
    try {
      const repository = await repositoryOf(git, repo.folder);
      const file = repo.path('a [1]*.ich.json');
      repo.commit('nothing');
      repo.git('checkout', '-q', '-b', 'theirs');
      repo.write('a [1]*.ich.json', 'theirs\n');
      repo.commit('theirs');
      repo.git('checkout', '-q', 'main');
      repo.write('a [1]*.ich.json', 'ours\n');
      repo.commit('ours');
      assert.deepEqual(await unmergedStages(git, repository, file), []);
      assert.equal(repo.try(['merge', '-q', 'theirs']).status, 1);
      assert.deepEqual(await unmergedStages(git, repository, file), [2, 3]);
      await stageFile(git, repository, file);
      assert.deepEqual(await unmergedStages(git, repository, file), []);
    } finally {
      repo.remove();
    }
  });
});
