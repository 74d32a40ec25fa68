/** The models that this window knows: which there are, where they may lie, and which of them is to run. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ModelTask } from '../../core/model/default-models';
import { discoverModels, type FoundModel, type ModelPlace, userPath } from '../../node/models';
import { SECTION } from '../settings';

/** Name of the folder of a workspace in which its own models lie. */
export const WORKSPACE_MODELS = 'models';

export class ModelRegistry {
  /** @param storage Folder of the extension for what the user adds for all workspaces. */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly storage: vscode.Uri,
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

  /** All models, usable or not. They are read anew: that takes a few milliseconds. */
  all(): Promise<FoundModel[]> {
    return discoverModels(this.places());
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
