/** What can be done with one model: choose it, look at its files, remove it. */
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { DEFAULT_MODELS, type ModelTask } from '../../core/model/default-models';
import { type FoundModel, isUsable, MANIFEST } from '../../node/models';
import { SECTION } from '../settings';
import type { ModelRegistry } from './registry';

/** Name of the file with what people should know of a model. */
const CARD = 'MODEL_CARD.md';

/** Makes a model the one that runs for a task; the default one by taking the setting out, so that a later default is used. */
export async function chooseModel(task: ModelTask, name: string, target: vscode.ConfigurationTarget): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const key = `models.${task}`;
  const set = configuration.inspect<string>(key);
  // Without the workspace's value, that of the user would hold there.
  const elsewhere = target === vscode.ConfigurationTarget.Workspace ? set?.globalValue : undefined;
  const isDefault = name === DEFAULT_MODELS[task] && !elsewhere;
  await configuration.update(key, isDefault ? undefined : name, target);
  // A value of the workspace would hide the one that has just been written.
  if (target === vscode.ConfigurationTarget.Global && set?.workspaceValue !== undefined) {
    await configuration.update(key, undefined, vscode.ConfigurationTarget.Workspace);
  }
}

/** Where a choice is written unless the user says otherwise: to the workspace if it has one already, or if the model lies in it. */
export function usualTarget(task: ModelTask, model: FoundModel): vscode.ConfigurationTarget {
  const inWorkspace = vscode.workspace.getConfiguration(SECTION).inspect(`models.${task}`)?.workspaceValue;
  const own = model.source === 'workspace' || inWorkspace !== undefined;
  return own && vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
}

export async function openManifest(folder: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, MANIFEST)));
}

export function hasCard(folder: string): boolean {
  return existsSync(path.join(folder, CARD));
}

/** Shows what people should know of a model; its manifest where it has no such text. */
export async function openCard(folder: string): Promise<void> {
  if (!hasCard(folder)) await openManifest(folder);
  else await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(path.join(folder, CARD)));
}

export async function revealFolder(folder: string): Promise<void> {
  const uri = vscode.Uri.file(path.join(folder, MANIFEST));
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
}

/** Removes a model that the user has added, after asking. Says whether it is gone. */
export async function removeModel(model: FoundModel, models: ModelRegistry): Promise<boolean> {
  if (!models.isAdded(model)) return false;
  const remove = vscode.l10n.t('Remove');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove the model {0}?', model.name),
    { modal: true, detail: vscode.l10n.t('Its folder is deleted: {0}', model.folder) },
    remove,
  );
  if (chosen !== remove) return false;
  const uri = vscode.Uri.file(model.folder);
  // Not every system has a trash.
  await vscode.workspace.fs
    .delete(uri, { recursive: true, useTrash: true })
    .then(undefined, () => vscode.workspace.fs.delete(uri, { recursive: true }));
  await models.forget(model.folder);
  if (isUsable(model) && model.hiddenBy === undefined) await unchoose(model.manifest.task, model.name);
  return true;
}

/** Takes a model that has gone out of the settings. */
async function unchoose(task: ModelTask, name: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const key = `models.${task}`;
  const set = configuration.inspect<string>(key);
  if (set?.globalValue === name) await configuration.update(key, undefined, vscode.ConfigurationTarget.Global);
  if (set?.workspaceValue === name) await configuration.update(key, undefined, vscode.ConfigurationTarget.Workspace);
}
