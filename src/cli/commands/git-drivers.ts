/** What git runs on annotations in a repository that `git-setup` has set up; people need not know these. */
import type { CommandModule } from 'yargs';
import { describeForGit } from '../../node/git/driver';
import { describeExternalDiff } from '../../node/git/external-diff';
import { readText } from '../annotation-file';
import { attempt } from '../output';

export const textconv: CommandModule<object, { readonly file: string }> = {
  command: 'textconv <file>',
  describe: false,
  builder: (yargs) => yargs.positional('file', { type: 'string', demandOption: true }),
  handler: async ({ file }) => {
    process.exitCode = await attempt(file, async () => {
      process.stdout.write(describeForGit(await readText(file), file));
    });
  },
};

interface ExternalDiffArguments {
  readonly path: string;
  readonly sides: string[] | undefined;
}

/** As git calls external diff programs: path, then file, hash and mode before and after, then the new path of a renamed file. */
export const gitDiff: CommandModule<object, ExternalDiffArguments> = {
  command: 'git-diff <path> [sides..]',
  describe: false,
  builder: (yargs) =>
    yargs
      .positional('path', { type: 'string', demandOption: true })
      .positional('sides', { type: 'string', array: true })
      .parserConfiguration({ 'parse-positional-numbers': false, 'unknown-options-as-args': true }),
  handler: async ({ path, sides = [] }) => {
    // Another status than 0 would end git's own work on the files that follow.
    await attempt(path, async () => {
      const [before = '', , , after = '', , , renamed] = sides;
      process.stdout.write(await describeExternalDiff(path, before, after, renamed));
    });
  },
};
