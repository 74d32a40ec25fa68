/** "Hemorica: Find Disagreements of Model and Annotations...": a model against the annotations of a folder. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { comparedModel } from '../../node/disagreement/compare-with-model';
import { findAnnotations } from '../../node/disagreement/find-annotations';
import { ModelResults } from '../../node/disagreement/model-results';
import { showFailure } from '../errors';
import { chosenModel } from '../models/model';
import type { Services } from '../services';
import { type DisagreementPanel, openDisagreementPanel } from './panel';
import { DisagreementRun, nameBelow } from './run';

/** Saves in quick succession are compared together, ms. */
const QUIET = 500;

interface Shown {
  readonly panel: DisagreementPanel;
  run: DisagreementRun;
  /** Whether all is being compared, and not only what was saved. */
  finding: boolean;
}

/** Lists of disagreements that are open; tests look at them. */
export class Disagreements implements vscode.Disposable {
  readonly #shown = new Map<string, Shown>();
  readonly #subscriptions: vscode.Disposable[];

  /** @param storage Folder for what models have found; undefined where there is no place for it. */
  constructor(
    private readonly services: Services,
    private readonly storage: vscode.Uri | undefined,
  ) {
    this.#subscriptions = [
      vscode.commands.registerCommand('hemorica.findDisagreements', async (target?: unknown) => {
        try {
          const folder = await folderOf(target);
          if (folder !== undefined) await this.find(folder);
        } catch (error) {
          void showFailure(error, services.log);
        }
      }),
    ];
  }

  /** The list of a folder; undefined where none is open. */
  of(folder: string): DisagreementPanel | undefined {
    return this.#shown.get(folder)?.panel;
  }

  /** Compares a folder and shows what is found, while it is found. Resolves when all is known or the run was stopped. */
  async find(folder: string): Promise<void> {
    const open = this.#shown.get(folder);
    if (open?.finding) {
      open.panel.reveal();
      return;
    }
    const run = await this.#newRun(folder);
    if (!run) return;
    const shown = this.#shown.get(folder) ?? this.#open(folder, run);
    this.#shown.set(folder, shown);
    if (shown.run !== run) {
      shown.panel.show(run);
      shown.run = run;
      shown.panel.reveal();
    }
    shown.finding = true;
    try {
      await compareWithProgress(run);
    } finally {
      shown.finding = false;
    }
  }

  /** Throws Error, and ScanError for a folder or model that cannot be read. */
  async #newRun(folder: string): Promise<DisagreementRun | undefined> {
    if (!vscode.workspace.isTrusted)
      throw new Error(vscode.l10n.t('Models run only in trusted workspaces. Trust this workspace first.'));
    const { folder: modelFolder, providers, threads } = await chosenModel(this.services, 'segmentation');
    const model = await comparedModel(modelFolder, { providers, threads });
    const files = await findAnnotations(folder);
    if (files.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0} holds no annotation (*.ich.json) to compare with a model.', path.basename(folder)),
      );
      return undefined;
    }
    const kept = this.storage && vscode.Uri.joinPath(this.storage, 'model-results').fsPath;
    return new DisagreementRun(folder, files, model, new ModelResults(kept), this.services);
  }

  #open(folder: string, run: DisagreementRun): Shown {
    const again = (): void => {
      this.find(folder).catch((error: unknown) => showFailure(error, this.services.log));
    };
    const shown: Shown = { run, finding: false, panel: openDisagreementPanel(run, again, this.services) };
    const watcher = watch(folder, (names) => {
      if (!shown.run.progress.running) void shown.run.compare(names);
    });
    shown.panel.onDidDispose(() => {
      watcher.dispose();
      this.#shown.delete(folder);
    });
    return shown;
  }

  dispose(): void {
    for (const { panel } of [...this.#shown.values()]) panel.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Tells of annotations of a folder that were saved, a little later. */
function watch(folder: string, changed: (names: readonly string[]) => void): vscode.Disposable {
  const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '**/*.ich.json');
  const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
  const names = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const touched = (uri: vscode.Uri): void => {
    names.add(nameBelow(folder, uri.fsPath));
    clearTimeout(timer);
    timer = setTimeout(() => {
      const all = [...names];
      names.clear();
      changed(all);
    }, QUIET);
  };
  // A file that is replaced by a rename may be told of as a new one.
  watcher.onDidCreate(touched);
  watcher.onDidChange(touched);
  return vscode.Disposable.from(watcher, { dispose: () => clearTimeout(timer) });
}

async function compareWithProgress(run: DisagreementRun): Promise<void> {
  const title = vscode.l10n.t('Comparing {0} with {1}', path.basename(run.folder), run.model.name);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let shown = 0;
      const subscriptions = vscode.Disposable.from(
        token.onCancellationRequested(() => run.stop()),
        run.onDidProgress(({ current, part }) => {
          progress.report({
            ...(current !== undefined && { message: current }),
            increment: 100 * Math.max(0, part - shown),
          });
          shown = Math.max(shown, part);
        }),
      );
      try {
        await run.compare();
      } finally {
        subscriptions.dispose();
      }
    },
  );
}

/** The folder that a command is about: the one given by a menu, that of the workspace, or one that is asked for. */
async function folderOf(target: unknown): Promise<string | undefined> {
  if (target instanceof vscode.Uri) return onDisk(target);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [only, another] = folders;
  if (only && !another) return onDisk(only.uri);
  if (another) {
    const chosen = await vscode.window.showWorkspaceFolderPick();
    return chosen && onDisk(chosen.uri);
  }
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Find Disagreements of Model and Annotations'),
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  return chosen && onDisk(chosen);
}

function onDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new Error(
    vscode.l10n.t(
      '{0}: models need the scans on disk. Copy them to a folder on this machine.',
      path.basename(uri.path),
    ),
  );
}
