import type { CommandModule } from 'yargs';
import type { Annotation } from '../../core/annotation/annotation';
import { parseAnnotation } from '../../core/annotation/parse';
import { describeDiff, summarizeDiff } from '../../core/diff/summary';
import { ScanError } from '../../core/volume';
import { Git, GitError } from '../../node/git/git';
import { fileAtRevision, type Repository, repositoryOf, resolveRevision } from '../../node/git/repository';
import { nameInCommit, type Version, versionsOf } from '../../node/git/versions';
import { readAnnotationFile } from '../annotation-file';
import { attempt, print } from '../output';

interface DiffArguments {
  readonly file: string;
  readonly other: string | undefined;
  readonly rev: string | undefined;
  readonly json: boolean;
}

export const diff: CommandModule<object, DiffArguments> = {
  command: 'diff <file> [other]',
  describe: 'Compare two annotations, or an annotation with one of its revisions in git',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'An annotation, the earlier one of two' })
      .positional('other', { type: 'string', describe: 'The later annotation' })
      .option('rev', {
        type: 'string',
        requiresArg: true,
        describe: 'Revision to compare the file with (default HEAD), or two as A..B',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Print a JSON object' })
      .check(({ other, rev }) => {
        if (other === undefined || rev === undefined) return true;
        throw new Error('--rev compares one file with its own revisions; leave out the second file.');
      })
      .example('$0 diff a.ich.json b.ich.json', 'Two readers')
      .example('$0 diff head.ich.json', 'What is not committed yet')
      .example('$0 diff head.ich.json --rev main..HEAD', 'Two revisions')
      .epilogue('Exits with 0 if both say the same, with 1 if they differ.'),
  handler: async ({ file, other, rev, json }) => {
    let same = true;
    const code = await attempt(file, async () => {
      const [before, after] = await sidesOf(file, other, rev);
      if (before.image.size.some((count, axis) => count !== after.image.size[axis])) {
        const sizes = [before, after].map(({ image }) => image.size.join(' x '));
        throw new ScanError(
          other ?? file,
          `the annotations are of images of ${sizes.join(' and ')} voxels.`,
          'Compare annotations of one scan.',
        );
      }
      const summary = summarizeDiff(before, after);
      same = summary.same;
      if (json) print(JSON.stringify(summary));
      else for (const line of same ? ['no difference'] : describeDiff(summary)) print(line);
    });
    process.exitCode = code || (same ? 0 : 1);
  },
};

async function sidesOf(
  file: string,
  other: string | undefined,
  rev: string | undefined,
): Promise<readonly [Annotation, Annotation]> {
  if (other !== undefined) return [await readAnnotationFile(file), await readAnnotationFile(other)];
  const git = new Git();
  const repository = await repositoryOf(git, file);
  const versions = await versionsOf(git, repository, file);
  const [from = '', to] = (rev ?? 'HEAD').split('..');
  const before = await atRevision(git, repository, versions, file, from || 'HEAD');
  const after =
    to === undefined ? await readAnnotationFile(file) : await atRevision(git, repository, versions, file, to || 'HEAD');
  return [before, after];
}

async function atRevision(
  git: Git,
  repository: Repository,
  versions: readonly Version[],
  file: string,
  revision: string,
): Promise<Annotation> {
  const commit = await resolveRevision(git, repository, revision);
  const name = await nameInCommit(git, repository, versions, commit);
  const content = name === undefined ? undefined : await fileAtRevision(git, repository, commit, name);
  if (content === undefined)
    throw new GitError(`${file} is not in revision ${revision}.`, 'git log --follow lists the revisions that have it.');
  return parseAnnotation(content.toString('utf8'), `${revision}:${name}`);
}
