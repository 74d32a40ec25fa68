/**
 * Telling one repository's git to compare and merge annotations as masks: on request, and taken
 * back on request. Two places are written and nothing else: the repository's own configuration and
 * the `.gitattributes` at the top of its working tree.
 */
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '../atomic-write';
import type { Git } from './git';
import type { Repository } from './repository';
import { fallbackTo, type Program } from './shell-command';

export const ATTRIBUTES_LINE = '*.ich.json text eol=lf diff=hemorica merge=hemorica';
const ATTRIBUTES_COMMENT = '# Annotations of head CT, compared and merged as masks (hemorica git-setup).';

/** What git does without a driver, on base, ours and theirs. */
const MERGE_TEXT = 'git merge-file -L ours -L base -L theirs "$2" "$1" "$3"';

const SECTIONS = ['diff.hemorica', 'merge.hemorica'] as const;

export interface SetupChange {
  /** Absolute path of `.gitattributes`, where it was changed. */
  readonly attributes?: string;
  /** Keys of the configuration that were set or removed. */
  readonly keys: readonly string[];
  /** Annotations whose text is in the repository with CRLF: git will show them as changed until they are added again. */
  readonly crlf: readonly string[];
}

/** The configuration that lets git run a program on annotations; values are commands for the shell that git brings along. */
export function driverConfiguration(program: Program): Readonly<Record<string, string>> {
  return {
    // The summary of one side, for git log -p, git show and git blame.
    'diff.hemorica.textconv': fallbackTo(program, 'textconv', 'cat "$1"'),
    // Both sides in one, for git diff. Without the program, what changed is told in git's own words.
    'diff.hemorica.command': fallbackTo(
      program,
      'git-diff',
      'git --no-pager diff --no-index --no-ext-diff --no-textconv -- "$2" "$5" || :',
    ),
    'merge.hemorica.name': 'voxel by voxel merge of annotations',
    // Without the program, as if there were no driver.
    // Its percent signs are git's, which puts the three files and the name there.
    'merge.hemorica.driver': `${fallbackTo(program, 'merge', MERGE_TEXT).replaceAll('%', '%%')} %O %A %B %P`,
  };
}

/** Sets a repository up for `program`; what is there already stays as it is. */
export async function setUp(git: Git, repository: Repository, program: Program): Promise<SetupChange> {
  const keys = await configure(git, repository, program);
  const attributes = await changeAttributes(repository, (lines) =>
    lines.includes(ATTRIBUTES_LINE) ? lines : [...without(lines), ATTRIBUTES_COMMENT, ATTRIBUTES_LINE],
  );
  return { keys, ...(attributes && { attributes }), crlf: await filesWithCrlf(git, repository) };
}

/** Sets what is not set already in the repository's configuration; returns the keys. */
export async function configure(git: Git, repository: Repository, program: Program): Promise<string[]> {
  const keys: string[] = [];
  for (const [key, value] of Object.entries(driverConfiguration(program))) {
    if ((await configured(git, repository, key)) === value) continue;
    await git.run(['config', '--local', '--replace-all', key, value], { cwd: repository.root });
    keys.push(key);
  }
  return keys;
}

/** Takes back all that `setUp` has written. */
export async function takeBack(git: Git, repository: Repository): Promise<SetupChange> {
  const keys: string[] = [];
  for (const section of SECTIONS) {
    const { stdout } = await git.run(
      ['config', '--local', '--name-only', '--get-regexp', `^${section.replace('.', '\\.')}\\.`],
      { cwd: repository.root, accept: [1] },
    );
    const found = stdout.toString('utf8').split('\n').filter(Boolean);
    if (found.length > 0) await git.run(['config', '--local', '--remove-section', section], { cwd: repository.root });
    keys.push(...found);
  }
  const attributes = await changeAttributes(repository, without);
  return { keys, ...(attributes && { attributes }), crlf: [] };
}

/** The command of the merge driver that the repository is set up with, git's escapes undone; undefined where it is not. */
export async function driverOf(git: Git, repository: Repository): Promise<string | undefined> {
  return (await configured(git, repository, 'merge.hemorica.driver'))?.replaceAll('%%', '%');
}

async function configured(git: Git, { root }: Repository, key: string): Promise<string | undefined> {
  const { status, stdout } = await git.run(['config', '--local', '--get', key], { cwd: root, accept: [1] });
  return status === 0 ? stdout.toString('utf8').replace(/\n$/, '') : undefined;
}

/** Lines of other makers stay, in their order and with their line ends; a file that would be left empty goes. */
async function changeAttributes(
  { root }: Repository,
  change: (lines: readonly string[]) => readonly string[],
): Promise<string | undefined> {
  const file = path.join(root, '.gitattributes');
  const text = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const changed = change(lines);
  if (changed === lines || changed.join('\n') === lines.join('\n')) return undefined;
  if (changed.length === 0) await fs.rm(file);
  else await writeAtomically(file, changed.map((line) => line + end).join(''));
  return file;
}

/** Lines without ours, also those of an earlier version. */
function without(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line !== ATTRIBUTES_COMMENT && !/^\*\.ich\.json\s.*\bmerge=hemorica\b/.test(line));
}

async function filesWithCrlf(git: Git, { root }: Repository): Promise<string[]> {
  const listed = await git.text(['ls-files', '--eol', '-z', '--', '*.ich.json'], { cwd: root });
  return listed.split('\0').flatMap((entry) => {
    const [attributes = '', name] = entry.split('\t');
    return name !== undefined && /^i\/(?:crlf|mixed)\b/.test(attributes) ? [name] : [];
  });
}
