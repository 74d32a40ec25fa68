/** The commands around comparing. */
import * as vscode from 'vscode';
import type { Annotation } from '../../core/annotation/annotation';
import { AnnotationError } from '../../core/annotation/error';
import { parseAnnotation } from '../../core/annotation/parse';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { SCAN_VIEW } from '../editor/provider';
import type { ScanSession } from '../editor/session';
import { whenReady } from '../editor/when-ready';
import { showFailure } from '../errors';
import { baseName } from '../scan/files';
import type { Services } from '../services';
import { gitAddress } from './address';
import { gitApi } from './git-api';
import { commitsOf, type FileCommit } from './log';
import { type Manner, openComparison } from './open';
import type { AnnotationViewProvider } from './provider';
import { scanCandidates } from './scan-of';
import { AnnotationVersion } from './version';

interface Parts {
  readonly log: vscode.LogOutputChannel;
  readonly provider: AnnotationViewProvider;
}

export function registerCompareCommands(services: Services, provider: AnnotationViewProvider): vscode.Disposable[] {
  const { log } = services;
  const parts = { log, provider };
  const register = (name: string, run: (...args: unknown[]) => Promise<unknown>): vscode.Disposable =>
    vscode.commands.registerCommand(`hemorica.${name}`, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        void showFailure(error, log);
      }
    });
  return [
    register('compareAnnotations', async (left, right, title) => {
      if (!isUri(left) || !isUri(right)) return;
      await openComparison(left, right, parts, 'visual', typeof title === 'string' ? title : undefined);
    }),
    register('compareWithRevision', async (uri, revision) => {
      if (!isUri(uri) || typeof revision !== 'string') return;
      await openComparison(await atRevision(uri, revision), uri, parts);
    }),
    register('compareAnnotationWith', async (uri) => {
      const file = annotationOf(uri, services, provider);
      if (file) await compareWith(file, parts);
    }),
    register('showInViewer', async (uri, slice, row) => {
      const file = annotationOf(uri, services, provider);
      if (!file) return;
      const place = typeof slice === 'number' ? { slice, ...(typeof row === 'number' ? { row } : {}) } : undefined;
      try {
        await showInViewer(file, place, services);
      } catch (error) {
        if (!isConflict(error) || !(await gitApi())?.getRepository(file)) throw error;
        // The text with git's marks is no annotation: what both sides say is.
        await openComparison(await atRevision(file, '~2'), await atRevision(file, '~3'), parts);
      }
    }),
    register('showChangesAsText', () => reopen('text', parts)),
    register('showChangesVisually', () => reopen('visual', parts)),
  ];
}

function isConflict(error: unknown): boolean {
  return error instanceof AnnotationError && error.code === 'merge-conflict';
}

function isUri(value: unknown): value is vscode.Uri {
  return value instanceof vscode.Uri;
}

/** The annotation that a command is about: the one given by a menu, or the one in front. */
function annotationOf(
  given: unknown,
  { sessions }: Services,
  provider: AnnotationViewProvider,
): vscode.Uri | undefined {
  if (isUri(given)) return given;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return input.modified;
  if (input instanceof vscode.TabInputText && input.uri.path.endsWith(ANNOTATION_SUFFIX)) return input.uri;
  return provider.active?.document.uri ?? sessions.active?.document.annotated.file.uri;
}

/** The address of a file in a revision. Throws Error where git is not at hand. */
async function atRevision(uri: vscode.Uri, revision: string, former = uri): Promise<vscode.Uri> {
  const git = await gitApi();
  if (!git?.getRepository(uri)) {
    throw new Error(
      vscode.l10n.t(
        '{0} is in no git repository that VS Code has opened. Open the folder of the repository, and check that the git extension is switched on.',
        baseName(uri),
      ),
    );
  }
  return git.toGitUri(former, revision);
}

interface Choice extends vscode.QuickPickItem {
  readonly commit?: FileCommit;
  readonly ask?: 'revision' | 'file' | 'workingTree';
}

async function compareWith(file: vscode.Uri, parts: Parts): Promise<void> {
  const version = gitAddress(file);
  const place = version ? vscode.Uri.file(version.path) : file;
  const git = await gitApi();
  const repository = place.scheme === 'file' ? git?.getRepository(place) : undefined;
  const commits = repository && git ? await commitsOf(git.git.path, place.fsPath).catch(() => []) : [];
  const chosen = await vscode.window.showQuickPick<Choice>(
    [
      ...(version ? [{ label: vscode.l10n.t('$(edit) Working Tree'), ask: 'workingTree' as const }] : []),
      { label: vscode.l10n.t('$(file) Another Annotation File...'), ask: 'file' },
      ...(repository
        ? [{ label: vscode.l10n.t('$(git-branch) Branch, Tag or Revision...'), ask: 'revision' as const }]
        : []),
      ...(commits.length > 0
        ? [{ label: vscode.l10n.t('Commits of this annotation'), kind: vscode.QuickPickItemKind.Separator }]
        : []),
      ...commits.map((commit) => ({
        label: `$(git-commit) ${commit.subject}`,
        description: commit.hash.slice(0, 8),
        detail: `${commit.author}, ${new Date(commit.date).toLocaleString(vscode.env.language)}`,
        commit,
      })),
    ],
    {
      title: vscode.l10n.t('Compare {0} With', baseName(place)),
      placeHolder: vscode.l10n.t('Choose what to compare with'),
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (!chosen) return;
  if (chosen.commit) {
    const { file: former, hash } = chosen.commit;
    await openComparison(await atRevision(place, hash, vscode.Uri.file(former)), file, parts);
  } else if (chosen.ask === 'workingTree') {
    await openComparison(file, place, parts);
  } else if (chosen.ask === 'file') {
    const other = await askFile(place);
    if (other) await openComparison(other, file, parts);
  } else {
    const revision = await vscode.window.showInputBox({
      title: vscode.l10n.t('Compare {0} With', baseName(place)),
      prompt: vscode.l10n.t('A branch, a tag or another revision, such as main, v1.2 or HEAD~3'),
      value: 'HEAD',
    });
    if (revision) await openComparison(await atRevision(place, revision.trim()), file, parts);
  }
}

async function askFile(place: vscode.Uri): Promise<vscode.Uri | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Compare {0} With', baseName(place)),
      defaultUri: vscode.Uri.joinPath(place, '..'),
      filters: { [vscode.l10n.t('Annotations')]: ['ich.json', 'json'] },
    })) ?? [];
  return chosen;
}

/** Opens the scan that an annotation belongs to, at a slice or at the mask in a row of it. Throws Error, saying why, where there is none. */
async function showInViewer(
  file: vscode.Uri,
  place: { readonly slice: number; readonly row?: number } | undefined,
  services: Services,
): Promise<void> {
  const version = new AnnotationVersion(file, services.log);
  const { folder, place: named } = version;
  version.dispose();
  const bytes = await vscode.workspace.fs.readFile(file);
  const annotation = parseAnnotation(Buffer.from(bytes).toString('utf8'), baseName(named));
  const { image } = annotation;
  const { done, value: scan } = await scanCandidates(image, folder, services).next();
  if (done || !scan) {
    throw new Error(
      vscode.l10n.t(
        '{0}: its scan ({1}) was found neither where the annotation looks for it nor elsewhere in the workspace. Put it beside the annotation, or open a folder that holds it.',
        baseName(named),
        image.file ?? image.seriesInstanceUid ?? '',
      ),
    );
  }
  await vscode.commands.executeCommand('vscode.openWith', scan, SCAN_VIEW);
  if (!place) return;
  const session = services.sessions.showing(scan).find(({ active }) => active) ?? services.sessions.showing(scan)[0];
  if (session) whenReady(session, () => showPlace(session, annotation, place));
}

/** Goes to a slice or, in the middle of its runs, to a row of it. */
function showPlace(
  session: ScanSession,
  { slices }: Annotation,
  { slice, row }: { readonly slice: number; readonly row?: number },
): void {
  const runs = slices[slice]?.runs ?? new Uint32Array(0);
  const columns: number[] = [];
  for (let n = 0; n < runs.length; n += 4)
    if (runs[n + 1] === row) columns.push(runs[n + 2] ?? 0, (runs[n + 2] ?? 0) + (runs[n + 3] ?? 0) - 1);
  const [first] = columns;
  const last = columns.at(-1);
  if (row === undefined || first === undefined || last === undefined) session.run('showSlice', slice);
  else session.run('showVoxel', `${Math.round((first + last) / 2)} ${row} ${slice}`);
}

/** Shows the comparison in front in the other manner. */
async function reopen(manner: Manner, parts: Parts): Promise<void> {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  if (tab?.input instanceof vscode.TabInputTextDiff) {
    await openComparison(tab.input.original, tab.input.modified, parts, manner, tab.label);
  } else {
    const { active } = parts.provider;
    const other = active?.other;
    if (!active || !other) return;
    const [left, right] = active.side === 'left' ? [active, other] : [other, active];
    await openComparison(left.document.uri, right.document.uri, parts, manner, tab?.label);
  }
  // A tab that was only a preview has been replaced already.
  const open = vscode.window.tabGroups.all.some(({ tabs }) => tab && tabs.includes(tab));
  if (tab && open && !tab.isActive) await vscode.window.tabGroups.close(tab);
}
