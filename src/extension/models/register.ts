/** The commands, the view and the diagnostics of models, as the composition root joins them to the rest. */
import * as vscode from 'vscode';
import { MODEL_TASKS, type ModelTask } from '../../core/model/default-models';
import { isUsable } from '../../node/models';
import { showFailure } from '../errors';
import type { Services } from '../services';
import { chooseModel, openCard, openManifest, removeModel, revealFolder, usualTarget } from './actions';
import { addModel } from './add';
import { ManifestDiagnostics } from './manifest-diagnostics';
import { chosenModel, type ModelChoice } from './model';
import { selectModel } from './select';
import { MODELS_VIEW, type ModelNode, ModelsTree } from './tree';
import { tryModel } from './try-model';

/** What tests may look at. */
export interface Models extends vscode.Disposable {
  readonly tree: ModelsTree;
  readonly chosen: (task: ModelTask) => Promise<ModelChoice>;
}

export function registerModels(services: Services): Models {
  const { models, log } = services;
  const tree = new ModelsTree(models);
  const view = vscode.window.createTreeView(MODELS_VIEW, { treeDataProvider: tree });
  const { registerCommand } = vscode.commands;
  /** A command on a line of the view. */
  const onModel = (command: string, act: (model: Extract<ModelNode, { kind: 'model' }>['model']) => Promise<unknown>) =>
    registerCommand(command, async (node?: ModelNode) => {
      if (node?.kind !== 'model') return;
      await act(node.model).catch((error: unknown) => showFailure(error, log));
    });
  // The view is shown from now on; before, nobody in this window has used the extension.
  void vscode.commands.executeCommand('setContext', 'hemorica.active', true);
  const parts = vscode.Disposable.from(
    tree,
    view,
    view.onDidChangeVisibility(({ visible }) => tree.watch(visible)),
    new ManifestDiagnostics(),
    registerCommand('hemorica.selectModel', (task?: unknown) =>
      selectModel(
        models,
        MODEL_TASKS.find((one) => one === task),
      ),
    ),
    registerCommand('hemorica.addModel', (file?: unknown) =>
      addModel(services, file instanceof vscode.Uri ? file : undefined),
    ),
    registerCommand('hemorica.tryModel', (target?: ModelNode | string) => {
      const folder = typeof target === 'string' ? target : target?.kind === 'model' ? target.model.folder : undefined;
      return folder === undefined ? undefined : tryModel(services, folder);
    }),
    registerCommand('hemorica.showModels', () => vscode.commands.executeCommand(`${MODELS_VIEW}.focus`)),
    registerCommand('hemorica.refreshModels', () => tree.refresh()),
    onModel('hemorica.useModel', async (model) => {
      if (!isUsable(model)) return;
      const { task } = model.manifest;
      await chooseModel(task, model.name, usualTarget(task, model));
    }),
    onModel('hemorica.openModelManifest', ({ folder }) => openManifest(folder)),
    onModel('hemorica.openModelCard', ({ folder }) => openCard(folder)),
    onModel('hemorica.revealModel', ({ folder }) => revealFolder(folder)),
    onModel('hemorica.removeModel', (model) => removeModel(model, models)),
  );
  return { tree, chosen: (task) => chosenModel(services, task), dispose: () => parts.dispose() };
}
