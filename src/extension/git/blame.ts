/** Who last changed a lesion: as a command, and for pages that ask while the pointer rests on one. */
import * as vscode from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { type Annotation, masksOf } from '../../core/annotation/annotation';
import { measureGrid } from '../../core/measure/grid';
import type { Lesion } from '../../core/measure/lesion';
import { lesionAt, measureLesions } from '../../core/measure/lesions';
import { type Blame, blameLesions } from '../../node/git/blame';
import { GitError } from '../../node/git/git';
import { repositoryOf } from '../../node/git/repository';
import type { Version } from '../../node/git/versions';
import { WhoChanged } from '../../protocol/history';
import type { ScanDocument } from '../editor/document';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { addressAt, pathOnDisk, trustedGit } from './git';

interface Blamed {
  readonly annotation: Annotation;
  readonly answer: Promise<readonly BlamedLesion[]>;
}

interface BlamedLesion {
  readonly lesion: Lesion;
  readonly blame: Blame;
}

/** Commits made meanwhile are seen after this long, ms. */
const FRESH = 15_000;

/** The last answer for each document: as long as its annotation is the same it holds. */
const known = new WeakMap<ScanDocument, Blamed>();

/** The lesions of a document, numbered as its pages number them, and who changed them. Throws GitError. */
function blamedLesions(document: ScanDocument): Promise<readonly BlamedLesion[]> {
  const { annotation } = document.annotated;
  if (!annotation || !document.decoded) return Promise.resolve([]);
  const last = known.get(document);
  if (last?.annotation === annotation) return last.answer;
  const answer = blame(document, annotation);
  const entry = { annotation, answer };
  known.set(document, entry);
  const forget = (): void => {
    if (known.get(document) === entry) known.delete(document);
  };
  answer.then(() => setTimeout(forget, FRESH).unref(), forget);
  return answer;
}

async function blame(document: ScanDocument, annotation: Annotation): Promise<readonly BlamedLesion[]> {
  if (!document.decoded) return [];
  const file = pathOnDisk(document.annotated.file.uri);
  const git = await trustedGit();
  const repository = await repositoryOf(git, file);
  const lesions = measureLesions(masksOf(annotation), measureGrid(document.decoded));
  const blames = await blameLesions(git, repository, file, annotation, lesions);
  return lesions.map((lesion, n) => ({ lesion, blame: blames[n] ?? 'uncommitted' }));
}

/** Answers a page that asks who changed the lesion at a voxel; null where git does not know, without a message. */
export function answerWhoChanged(connection: MessageConnection, document: ScanDocument): void {
  connection.onRequest(WhoChanged, async ({ at }) => {
    try {
      const all = await blamedLesions(document);
      const lesion = lesionAt(
        all.map((one) => one.lesion),
        at,
      );
      const found = all.find((one) => one.lesion === lesion);
      return { who: found ? describe(found.blame) : null };
    } catch (error) {
      // Most scans lie in no repository, and hovering must not complain of that.
      if (error instanceof GitError) return { who: null };
      throw error;
    }
  });
}

function describe(blame: Blame): string {
  if (blame === 'uncommitted') return vscode.l10n.t('not committed yet');
  return `${blame.author}, ${dateOf(blame.date)}, ${blame.hash.slice(0, 8)}`;
}

function dateOf(date: string): string {
  return new Date(date).toLocaleDateString(vscode.env.language);
}

interface Choice extends vscode.QuickPickItem, BlamedLesion {}

/** "Hemorica: Show Who Changed Lesion": of the lesion with a number, or a list of all. */
export function registerBlame({ sessions, log }: Services): vscode.Disposable {
  return vscode.commands.registerCommand('hemorica.showLesionAuthor', async (number: unknown) => {
    const document = sessions.active?.document;
    if (!document) return;
    try {
      const all = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Asking git who changed the lesions...') },
        () => blamedLesions(document),
      );
      const wanted = typeof number === 'number' ? all.filter(({ lesion }) => lesion.number === number) : all;
      await choose(document, wanted);
    } catch (error) {
      void showFailure(error, log);
    }
  });
}

async function choose(document: ScanDocument, all: readonly BlamedLesion[]): Promise<void> {
  if (all.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} has no lesion in its mask.', document.name));
    return;
  }
  const chosen = await vscode.window.showQuickPick<Choice>(
    all.map((one) => ({
      ...one,
      label: `${one.lesion.subtype} ${one.lesion.number}, ${one.lesion.volume.toFixed(1)} mL`,
      description: describe(one.blame),
      ...(one.blame === 'uncommitted' ? {} : { detail: one.blame.subject }),
    })),
    {
      title: vscode.l10n.t('Who Changed the Lesions of {0}', document.name),
      placeHolder: vscode.l10n.t('Choose a lesion to see the change that its commit made'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (chosen && chosen.blame !== 'uncommitted') await showChange(pathOnDisk(document.annotated.file.uri), chosen.blame);
}

/** Opens what a commit changed in an annotation. Throws GitError where VS Code's git does not know the repository. */
async function showChange(file: string, version: Version): Promise<void> {
  const before = await addressAt(file, version.nameBefore, `${version.hash}~`);
  const after = await addressAt(file, version.name, version.hash);
  await vscode.commands.executeCommand('hemorica.compareAnnotations', before, after);
}
