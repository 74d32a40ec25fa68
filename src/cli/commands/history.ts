import type { CommandModule } from 'yargs';
import { SUBTYPES } from '../../core/annotation/subtype';
import { Git, GitError } from '../../node/git/git';
import { historyOf } from '../../node/git/history';
import { repositoryOf } from '../../node/git/repository';
import { attempt, print } from '../output';

interface HistoryArguments {
  readonly file: string;
  readonly json: boolean;
}

export const history: CommandModule<object, HistoryArguments> = {
  command: 'history <file>',
  describe: 'Print the volume of each subtype in every commit of an annotation',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'An annotation in a git repository' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each commit' })
      .example('$0 history head.ich.json', 'Oldest first'),
  handler: async ({ file, json }) => {
    process.exitCode = await attempt(file, async () => {
      const git = new Git();
      const entries = await historyOf(git, await repositoryOf(git, file), file);
      if (entries.length === 0) throw new GitError('No commit has this file.', 'Commit it first.');
      const used = SUBTYPES.filter((subtype) => entries.some(({ volumes }) => (volumes?.[subtype] ?? 0) > 0));
      for (const entry of entries) {
        if (json) {
          print(JSON.stringify(entry));
          continue;
        }
        const { hash, date, author, subject, volumes, problem } = entry;
        const what = volumes
          ? used.map((subtype) => `${subtype} ${volumes[subtype].toFixed(2)}`).join('  ') || 'no blood'
          : `unreadable: ${problem}`;
        print(
          `${hash.slice(0, 10)}  ${date.slice(0, 10)}  ${what}${volumes && used.length > 0 ? ' mL' : ''}  ${author}: ${subject}`,
        );
      }
    });
  },
};
