import type { CommandModule } from 'yargs';
import { Git } from '../../node/git/git';
import { repositoryOf } from '../../node/git/repository';
import { ATTRIBUTES_LINE, setUp, takeBack } from '../../node/git/setup';
import { attempt, complain, print } from '../output';
import { CLI } from '../place';

interface GitSetupArguments {
  readonly path: string;
  readonly remove: boolean;
}

export const gitSetup: CommandModule<object, GitSetupArguments> = {
  command: 'git-setup [path]',
  describe: 'Let git compare and merge annotations as masks, in one repository',
  builder: (yargs) =>
    yargs
      .positional('path', { type: 'string', default: '.', describe: 'A folder in the repository' })
      .option('remove', { type: 'boolean', default: false, describe: 'Take it back' })
      .example('$0 git-setup', 'The repository of the current folder')
      .example('$0 git-setup --remove', 'As it was before')
      .epilogue(
        `Writes the line "${ATTRIBUTES_LINE}" into .gitattributes, and the sections diff.hemorica and merge.hemorica into the repository's own configuration, with the paths of this program. Nothing else is touched.`,
      ),
  handler: async ({ path: named, remove }) => {
    process.exitCode = await attempt(named, async () => {
      const git = new Git();
      const repository = await repositoryOf(git, named);
      const program = { node: process.execPath, script: CLI, electron: 'electron' in process.versions };
      const { attributes, keys, crlf } = remove
        ? await takeBack(git, repository)
        : await setUp(git, repository, program);
      const verb = remove ? 'removed from' : 'set in';
      for (const key of keys) print(`${key} ${verb} the configuration of ${repository.root}`);
      if (attributes !== undefined) print(`${attributes} changed; commit it to share it`);
      if (keys.length === 0 && attributes === undefined)
        print(`${repository.root}: nothing to ${remove ? 'remove' : 'change'}`);
      if (crlf.length > 0) {
        complain(
          `${crlf.length} annotations are in the repository with CRLF (${crlf[0]}${crlf.length > 1 ? ', ...' : ''}). git will show them as changed; run "git add --renormalize ." and commit.`,
        );
      }
    });
  },
};
