/** Around the conflicts of a merge: their three sides beside the result, and the file that is resolved when none is left. */
import * as vscode from 'vscode';
import { repositoryOf, stageFile, unmergedStages } from '../../node/git/repository';
import { gitApi } from '../compare/git-api';
import { ANNOTATION_VIEW } from '../compare/provider';
import type { ScanDocument } from '../editor/document';
import { SCAN_VIEW } from '../editor/provider';
import { showFailure } from '../errors';
import { baseName } from '../scan/files';
import type { Services } from '../services';
import { pathOnDisk, trustedGit } from './git';

export function registerMerge(services: Services): vscode.Disposable[] {
  return [
    vscode.commands.registerCommand('hemorica.showMergeSides', async () => {
      const document = services.sessions.active?.document;
      if (!document) return;
      try {
        await showSides(document);
      } catch (error) {
        void showFailure(error, services.log);
      }
    }),
    offerStaging(services),
  ];
}

/** Base, ours and theirs in three editors, the scan with the result in the fourth. */
async function showSides(document: ScanDocument): Promise<void> {
  const file = pathOnDisk(document.annotated.file.uri);
  const uri = vscode.Uri.file(file);
  const git = await trustedGit();
  const stages = await unmergedStages(git, await repositoryOf(git, file), file);
  const api = await gitApi();
  if (stages.length === 0 || !api?.getRepository(uri)) {
    throw new Error(
      vscode.l10n.t(
        '{0} is no longer unmerged in git, or its repository is not open in VS Code: its sides are not at hand. The annotation still records what they say where they conflict.',
        baseName(uri),
      ),
    );
  }
  await vscode.commands.executeCommand('vscode.setEditorLayout', {
    orientation: 1,
    groups: [{ groups: [{}, {}] }, { groups: [{}, {}] }],
  });
  for (const stage of stages) {
    const options = { viewColumn: stage as vscode.ViewColumn, preview: false, preserveFocus: true };
    await vscode.commands.executeCommand('vscode.openWith', api.toGitUri(uri, `~${stage}`), ANNOTATION_VIEW, options);
  }
  await vscode.commands.executeCommand('vscode.openWith', document.uri, SCAN_VIEW, {
    viewColumn: vscode.ViewColumn.Four,
    preview: false,
  });
}

/** Once the last conflict is decided and saved, offers to tell git so. */
function offerStaging({ sessions, log }: Services): vscode.Disposable {
  const watched = new Map<ScanDocument, vscode.Disposable>();
  const look = (): void => {
    const open = new Set(sessions.all.map(({ document }) => document));
    for (const [document, subscription] of watched) {
      if (open.has(document)) continue;
      subscription.dispose();
      watched.delete(document);
    }
    for (const document of open) if (!watched.has(document)) watched.set(document, watchConflicts(document, log));
  };
  const subscription = sessions.onDidChange(look);
  look();
  return new vscode.Disposable(() => {
    subscription.dispose();
    for (const one of watched.values()) one.dispose();
  });
}

function watchConflicts(document: ScanDocument, log: vscode.LogOutputChannel): vscode.Disposable {
  const { annotated } = document;
  let open = false;
  const check = (): void => {
    if (annotated.annotation?.conflicts) open = true;
    else if (open && annotated.annotation && !annotated.dirty) {
      open = false;
      void offer(document).catch((error: unknown) => log.warn(error instanceof Error ? error.message : String(error)));
    }
  };
  check();
  return annotated.onDidChange(check);
}

async function offer(document: ScanDocument): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const file = pathOnDisk(document.annotated.file.uri);
  const git = await trustedGit();
  const repository = await repositoryOf(git, file);
  if ((await unmergedStages(git, repository, file)).length === 0) return;
  const stage = vscode.l10n.t('Mark as Resolved');
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('All conflicts of {0} are decided and saved. Mark it as resolved in git (git add)?', document.name),
    stage,
  );
  if (chosen === stage) await stageFile(git, repository, file);
}
