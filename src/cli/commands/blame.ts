import type { CommandModule } from 'yargs';
import { masksOf } from '../../core/annotation/annotation';
import { gridOfImage } from '../../core/measure/compare';
import { measureLesions } from '../../core/measure/lesions';
import { blameLesions } from '../../node/git/blame';
import { Git } from '../../node/git/git';
import { repositoryOf } from '../../node/git/repository';
import { readAnnotationFile } from '../annotation-file';
import { attempt, decimal, print } from '../output';

interface BlameArguments {
  readonly file: string;
  readonly json: boolean;
}

export const blame: CommandModule<object, BlameArguments> = {
  command: 'blame <file>',
  describe: 'Name the commit, author and date that last changed each lesion of an annotation',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'An annotation in a git repository' })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each lesion' })
      .example('$0 blame head.ich.json', 'Who drew what'),
  handler: async ({ file, json }) => {
    process.exitCode = await attempt(file, async () => {
      const annotation = await readAnnotationFile(file);
      const git = new Git();
      const repository = await repositoryOf(git, file);
      const lesions = measureLesions(masksOf(annotation), gridOfImage(annotation));
      const blames = await blameLesions(git, repository, file, annotation, lesions);
      for (const [n, { number, subtype, volume, voxels, firstSlice, lastSlice }] of lesions.entries()) {
        const last = blames[n];
        const commit = last === undefined || last === 'uncommitted' ? undefined : last;
        if (json) {
          print(JSON.stringify({ number, subtype, volume, voxels, firstSlice, lastSlice, commit: commit ?? null }));
          continue;
        }
        const slices =
          firstSlice === lastSlice ? `slice ${firstSlice + 1}` : `slices ${firstSlice + 1}-${lastSlice + 1}`;
        const who = commit
          ? `${commit.hash.slice(0, 10)} ${commit.author}, ${commit.date.slice(0, 10)}: ${commit.subject}`
          : 'not committed yet';
        print(`${number}. ${subtype} ${decimal(volume, 2)} mL, ${slices}: ${who}`);
      }
      if (lesions.length === 0 && !json) print('no lesion');
    });
  },
};
