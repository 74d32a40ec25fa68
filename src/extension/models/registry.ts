/** The models that this window knows: which there are, where they may lie, and which of them is to run. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ModelTask } from '../../core/model/default-models';
import { discoverModels, type FoundModel, type ModelPlace, userPath } from '../../node/models';
import { SECTION } from '../settings';

/** Name of the folder of a workspace in which its own models lie. */
export const WORKSPACE_MODELS = 'models';

/** Key of the folders that the user has added models to, beside those that are ours. */
const ADDED = 'models.added';

export class ModelRegistry implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.models`)) this.#changed.fire();
  });
  /** Models may have come, gone or been chosen; what happens to files from outside is not told. */
  readonly onDidChange = this.#changed.event;

  /**
   * @param storage Folder of the extension for what the user adds for all workspaces.
   * @param memory Keeps which folders of workspaces hold what the user has added.
   */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly storage: vscode.Uri,
    private readonly memory: vscode.Memento,
  ) {}

  /** Folder for models that the user adds for all workspaces; it need not be there yet. */
  get added(): string {
    return vscode.Uri.joinPath(this.storage, 'models').fsPath;
  }

  /**
   * Where models are looked for; what comes first wins where names are alike. A workspace comes last,
   * and only if it is trusted: it cannot put its own network in the place of one that the user knows.
   */
  places(): ModelPlace[] {
    const folders = workspaceFolders();
    const base = folders[0] ?? '';
    return [
      { folder: vscode.Uri.joinPath(this.extensionUri, 'models').fsPath, source: 'built-in' },
      { folder: this.added, source: 'added' },
      ...namedFolders().map((folder) => ({
        folder: userPath(folder, base),
        source: 'folder' as const,
        required: true,
      })),
      ...workspaceModelFolders().map((folder) => ({ folder, source: 'workspace' as const })),
    ];
  }

  /** Whether the user has added a model, so that it is theirs to remove. */
  isAdded({ source, folder }: Pick<FoundModel, 'source' | 'folder'>): boolean {
    return source === 'added' || this.#remembered.includes(folder);
  }

  /** To be called when the user has added a model. */
  async remember(folder: string): Promise<void> {
    await this.memory.update(ADDED, [...new Set([...this.#remembered, folder])]);
    this.#changed.fire();
  }

  /** To be called when the user has removed a model. */
  async forget(folder: string): Promise<void> {
    await this.memory.update(
      ADDED,
      this.#remembered.filter((one) => one !== folder),
    );
    this.#changed.fire();
  }

  /** All models, usable or not. They are read anew: that takes a few milliseconds. */
  all(): Promise<FoundModel[]> {
    return discoverModels(this.places());
  }

  dispose(): void {
    this.#settings.dispose();
    this.#changed.dispose();
  }

  get #remembered(): readonly string[] {
    return this.memory.get<readonly string[]>(ADDED, []);
  }
}

/** `models` of each folder of the workspace that is on this machine; none in an untrusted workspace. */
export function workspaceModelFolders(): string[] {
  if (!vscode.workspace.isTrusted) return [];
  return workspaceFolders().map((folder) => path.join(folder, WORKSPACE_MODELS));
}

function workspaceFolders(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
}

function namedFolders(): string[] {
  const named = vscode.workspace.getConfiguration(SECTION).get<unknown>('models.folders');
  return Array.isArray(named) ? named.filter((one): one is string => typeof one === 'string' && one.trim() !== '') : [];
}

/** Name of the model that the settings say for a task; undefined where they leave it to us. */
export function configuredModel(task: ModelTask): string | undefined {
  const name = vscode.workspace.getConfiguration(SECTION).get<unknown>(`models.${task}`);
  return typeof name === 'string' && name !== '' ? name : undefined;
}
