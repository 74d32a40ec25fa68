/** "Hemorica: Set Up Git Diff and Merge": on request, per repository, after saying what is written. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import type { Git } from '../../node/git/git';
import { type Repository, repositoryOf } from '../../node/git/repository';
import { ATTRIBUTES_LINE, configure, driverOf, setUp, takeBack } from '../../node/git/setup';
import { type Program, scriptOf } from '../../node/git/shell-command';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { annotationInFront, trustedGit } from './git';

export function registerGitSetup(services: Services): vscode.Disposable {
  return vscode.commands.registerCommand('hemorica.setUpGit', async (given: unknown) => {
    try {
      const folder = await folderFor(given, services);
      if (folder !== undefined) await ask(folder, services);
    } catch (error) {
      void showFailure(error, services.log);
    }
  });
}

/** The command line of this extension, with the node that runs it. */
function programOf({ extensionUri }: Services): Program {
  return {
    node: process.execPath,
    script: vscode.Uri.joinPath(extensionUri, 'dist', 'cli.js').fsPath,
    electron: 'electron' in process.versions,
  };
}

/** A folder in the repository that is meant: that of the annotation or scan in front, else of the workspace. */
async function folderFor(given: unknown, services: Services): Promise<string | undefined> {
  const front = annotationInFront(given, services) ?? services.sessions.active?.document.uri;
  if (front?.scheme === 'file') return path.dirname(front.fsPath);
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  if (folders.length <= 1) {
    if (folders[0]) return folders[0].uri.fsPath;
    throw new Error(vscode.l10n.t('There is no folder whose repository could be set up. Open one first.'));
  }
  const chosen = await vscode.window.showWorkspaceFolderPick({
    placeHolder: vscode.l10n.t('Choose a folder in the repository to set up'),
  });
  return chosen?.uri.fsPath;
}

async function ask(folder: string, services: Services): Promise<void> {
  const git = await trustedGit();
  const repository = await repositoryOf(git, folder);
  const existing = await driverOf(git, repository);
  const set = existing === undefined ? vscode.l10n.t('Set Up') : vscode.l10n.t('Set Up Again');
  const remove = vscode.l10n.t('Remove');
  const message =
    existing === undefined
      ? vscode.l10n.t('Let git compare and merge annotations as masks in {0}?', repository.root)
      : vscode.l10n.t('{0} is set up to compare and merge annotations as masks.', repository.root);
  const detail = vscode.l10n.t(
    'This writes the line "{0}" into .gitattributes, to be committed, and the sections diff.hemorica and merge.hemorica, with the path of this extension, into the configuration of this repository on this computer. Nothing else is changed. In other clones git goes on as before until they are set up too.',
    ATTRIBUTES_LINE,
  );
  const buttons = existing === undefined ? [set] : [set, remove];
  const chosen = await vscode.window.showInformationMessage(message, { modal: true, detail }, ...buttons);
  if (chosen === set) await apply(git, repository, services);
  else if (chosen === remove) {
    await takeBack(git, repository);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('git compares and merges annotations in {0} as text again.', repository.root),
    );
  }
}

async function apply(git: Git, repository: Repository, services: Services): Promise<void> {
  const { keys, attributes, crlf } = await setUp(git, repository, programOf(services));
  services.log.info(
    `${repository.root}: ${[...keys, ...(attributes ? ['.gitattributes'] : [])].join(', ') || 'nothing'} set for git.`,
  );
  const done = attributes
    ? vscode.l10n.t('git now compares and merges annotations as masks. Commit .gitattributes to share it.')
    : vscode.l10n.t('git now compares and merges annotations as masks.');
  const renormalize =
    crlf.length > 0
      ? vscode.l10n.t(
          '{0} annotations ({1}, for instance) are in the repository with CRLF and will show as changed: run "git add --renormalize ." and commit.',
          crlf.length,
          crlf[0] ?? '',
        )
      : '';
  void vscode.window.showInformationMessage([done, renormalize].filter(Boolean).join(' '));
}

/**
 * Repositories of the workspace that were set up by an earlier version of the extension, whose folder
 * VS Code has removed since, get the present path. What was never set up is left alone.
 */
export async function refreshSetups(services: Services): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    if (uri.scheme !== 'file') continue;
    try {
      const git = await trustedGit();
      const repository = await repositoryOf(git, uri.fsPath);
      const script = scriptOf((await driverOf(git, repository)) ?? '');
      if (script === undefined || fs.existsSync(script)) continue;
      await configure(git, repository, programOf(services));
      services.log.info(
        `${repository.root}: git now finds Hemorica's drivers (${ANNOTATION_SUFFIX}) in their new place.`,
      );
    } catch (error) {
      // Most folders are no repositories.
      services.log.debug(error instanceof Error ? error.message : String(error));
    }
  }
}
