/** git as the extension uses it: the program that VS Code uses, on files of this machine, in folders that the user trusts. */
import * as vscode from 'vscode';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { Git, GitError } from '../../node/git/git';
import { gitApi } from '../compare/git-api';
import { baseName } from '../scan/files';
import type { Services } from '../services';

/** The program of the git extension; the one in PATH where that extension is switched off. Throws GitError in a folder that is not trusted. */
export async function trustedGit(): Promise<Git> {
  if (!vscode.workspace.isTrusted) {
    // What runs is said by the repository's own configuration.
    throw new GitError(
      vscode.l10n.t('git is not run in a folder that you do not trust.'),
      vscode.l10n.t('Trust the workspace first.'),
    );
  }
  return new Git((await gitApi())?.git.path);
}

/** The annotation that a command is about, on disk: the one given by a menu, or the one in front. */
export function annotationInFront(given: unknown, { sessions }: Services): vscode.Uri | undefined {
  if (given instanceof vscode.Uri && given.path.endsWith(ANNOTATION_SUFFIX)) return onDisk(given);
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const shown =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom
      ? input.uri
      : input instanceof vscode.TabInputTextDiff
        ? input.modified
        : undefined;
  if (shown?.path.endsWith(ANNOTATION_SUFFIX)) return onDisk(shown);
  return sessions.active?.document.annotated.file.uri;
}

/** The file itself, of an address that names one of its revisions too. */
function onDisk(uri: vscode.Uri): vscode.Uri {
  return uri.scheme === 'git' ? vscode.Uri.file(uri.path) : uri;
}

/** Path of an annotation on this machine. Throws GitError where git cannot know it. */
export function pathOnDisk(uri: vscode.Uri | undefined): string {
  if (uri?.scheme === 'file') return uri.fsPath;
  throw new GitError(
    uri
      ? vscode.l10n.t('{0} is not a file on this computer.', baseName(uri))
      : vscode.l10n.t('There is no saved annotation in front.'),
    vscode.l10n.t('Open an annotation, or a scan that has one.'),
  );
}

/**
 * Address of an annotation in a revision, by the name that it had there.
 * @param file Its path now.
 * @param name Its path in the repository then, with `/`.
 * Throws GitError where VS Code has not opened the repository.
 */
export async function addressAt(file: string, name: string, revision: string): Promise<vscode.Uri> {
  const api = await gitApi();
  const repository = api?.getRepository(vscode.Uri.file(file));
  if (api && repository) return api.toGitUri(vscode.Uri.joinPath(repository.rootUri, name), revision);
  throw new GitError(
    vscode.l10n.t('VS Code has not opened the repository of {0}.', file),
    vscode.l10n.t('Open its folder, and check that the git extension is switched on.'),
  );
}
