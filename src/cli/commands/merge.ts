import type { CommandModule } from 'yargs';
import { describeOpen } from '../../core/diff/summary';
import { writeAtomically } from '../../node/atomic-write';
import { mergeTexts, runMergeDriver } from '../../node/git/driver';
import { Git } from '../../node/git/git';
import { readText } from '../annotation-file';
import { attempt, complain } from '../output';

interface MergeArguments {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly path: string | undefined;
  readonly out: string | undefined;
}

export const merge: CommandModule<object, MergeArguments> = {
  command: 'merge <base> <ours> <theirs> [path]',
  describe: 'Merge two annotations voxel by voxel over their common base',
  builder: (yargs) =>
    yargs
      .positional('base', {
        type: 'string',
        demandOption: true,
        describe: 'The last version that both have in common; an empty file where there is none',
      })
      .positional('ours', { type: 'string', demandOption: true, describe: 'One side' })
      .positional('theirs', { type: 'string', demandOption: true, describe: 'The other side' })
      .positional('path', { type: 'string', describe: "As git's merge driver: the name; the result replaces <ours>" })
      .option('out', { type: 'string', requiresArg: true, describe: 'File to write (default: standard output)' })
      .check(({ path, out }) => {
        if (path === undefined || out === undefined) return true;
        throw new Error('--out and <path> exclude each other: with <path> the result replaces <ours>.');
      })
      .example('$0 merge base.ich.json a.ich.json b.ich.json --out merged.ich.json', 'Two readers')
      .epilogue(
        'Only what both sides changed differently is a conflict. The result is a valid annotation with our side there and the conflicts on record; exits with 1 if there are any.',
      ),
  handler: async ({ base, ours, theirs, path, out }) => {
    let clean = true;
    const code = await attempt(path ?? ours, async () => {
      if (path !== undefined) {
        const result = await runMergeDriver(new Git(), { base, ours, theirs }, path);
        clean = result.clean;
        for (const message of result.messages) complain(message);
        return;
      }
      const texts = [await readText(base), await readText(ours), await readText(theirs)] as const;
      const { text, conflicts } = mergeTexts(...texts, ours);
      clean = conflicts.length === 0;
      if (!clean) complain(`both sides changed ${describeOpen(conflicts)} differently; ours is kept until you decide.`);
      if (out === undefined) process.stdout.write(text);
      else await writeAtomically(out, text);
    });
    process.exitCode = code || (clean ? 0 : 1);
  },
};
