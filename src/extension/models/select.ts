/** "Hemorica: Select Model": the models of each task, with what people should know before they choose. */
import * as vscode from 'vscode';
import { MODEL_TASKS, type ModelTask } from '../../core/model/default-models';
import { type FoundModel, isUsable } from '../../node/models';
import { chooseModel, hasCard, openCard, openManifest, revealFolder, usualTarget } from './actions';
import { hiddenText, licenseText, metricsText, sizeText, sourceText, taskText } from './describe';
import { nameOfModel } from './model';
import type { ModelRegistry } from './registry';

interface ModelItem extends vscode.QuickPickItem {
  readonly model?: FoundModel;
  readonly run?: () => Thenable<unknown>;
}

/** @param asked The task to choose for; undefined for all. */
export async function selectModel(models: ModelRegistry, asked: ModelTask | undefined): Promise<void> {
  const pick = vscode.window.createQuickPick<ModelItem>();
  const hasWorkspace = vscode.workspace.workspaceFolders !== undefined;
  let forWorkspace: boolean | undefined;
  const title = asked ? vscode.l10n.t('Select Model: {0}', taskText(asked)) : vscode.l10n.t('Select Model');
  const show = (): void => {
    const scope = {
      iconPath: new vscode.ThemeIcon(forWorkspace ? 'root-folder' : 'account'),
      tooltip: forWorkspace
        ? vscode.l10n.t('Chosen for this workspace; click to choose for all')
        : vscode.l10n.t('Chosen for all workspaces; click to choose for this one'),
    };
    pick.title =
      forWorkspace === undefined
        ? title
        : forWorkspace
          ? vscode.l10n.t('{0} (for this workspace)', title)
          : vscode.l10n.t('{0} (for all workspaces)', title);
    pick.buttons = hasWorkspace ? [scope] : [];
  };
  pick.placeholder = vscode.l10n.t('For research, no medical device');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  show();
  const closed = new Promise<void>((resolve) => pick.onDidHide(() => resolve()));
  pick.onDidTriggerButton(() => {
    forWorkspace = !(forWorkspace ?? false);
    show();
  });
  pick.onDidTriggerItemButton(({ item, button }) => {
    if (!item.model) return;
    const act = button === CARD ? openCard : button === MANIFEST_BUTTON ? openManifest : revealFolder;
    void act(item.model.folder);
  });
  pick.onDidAccept(() => {
    const [item] = pick.activeItems;
    pick.hide();
    if (!item) return;
    if (item.run) void item.run();
    else if (item.model) void accept(item.model, forWorkspace);
  });
  pick.show();
  try {
    const all = await models.all();
    pick.items = itemsOf(all, asked);
    const task = asked ?? 'segmentation';
    const current = pick.items.find(
      ({ model }) => model && isCurrent(model) && isUsable(model) && model.manifest.task === task,
    );
    if (current) pick.activeItems = [current];
    pick.busy = false;
    await closed;
  } finally {
    pick.dispose();
  }
}

async function accept(model: FoundModel, forWorkspace: boolean | undefined): Promise<void> {
  if (!isUsable(model)) {
    await openManifest(model.folder);
    return;
  }
  const { task } = model.manifest;
  const asked = forWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await chooseModel(task, model.name, forWorkspace === undefined ? usualTarget(task, model) : asked);
}

/** Whether a model is the one that runs for its task. */
export function isCurrent(model: FoundModel): boolean {
  return isUsable(model) && model.hiddenBy === undefined && nameOfModel(model.manifest.task) === model.name;
}

const FOLDER = { iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: vscode.l10n.t('Reveal Folder') };
const CARD = { iconPath: new vscode.ThemeIcon('book'), tooltip: vscode.l10n.t('Open Model Card') };
const MANIFEST_BUTTON = { iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: vscode.l10n.t('Open Manifest') };

function itemsOf(all: readonly FoundModel[], asked: ModelTask | undefined): ModelItem[] {
  const tasks = MODEL_TASKS.filter((task) => asked === undefined || asked === task);
  const broken = all.filter((model) => !isUsable(model));
  return [
    ...tasks.flatMap((task) => {
      const models = all.filter((model) => isUsable(model) && model.manifest.task === task && !model.hiddenBy);
      const none = { label: vscode.l10n.t('No model'), run: () => selectAfterAdding() };
      return [separator(taskText(task)), ...(models.length > 0 ? models.map(itemOf) : [none])];
    }),
    ...(broken.length > 0 ? [separator(vscode.l10n.t('Cannot be used')), ...broken.map(itemOf)] : []),
    separator(''),
    {
      label: `$(add) ${vscode.l10n.t('Add Model From ONNX File...')}`,
      alwaysShow: true,
      run: selectAfterAdding,
    },
    {
      label: `$(settings-gear) ${vscode.l10n.t('Name Folders With Models...')}`,
      alwaysShow: true,
      run: () => vscode.commands.executeCommand('workbench.action.openSettings', 'hemorica.models.folders'),
    },
  ];
}

const selectAfterAdding = (): Thenable<unknown> => vscode.commands.executeCommand('hemorica.addModel');

const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });

function itemOf(model: FoundModel): ModelItem {
  const buttons = [FOLDER, ...(hasCard(model.folder) ? [CARD] : []), MANIFEST_BUTTON];
  if (!isUsable(model)) {
    return { label: `$(error) ${model.name}`, detail: model.problem.problem, buttons, model };
  }
  const { manifest, bytes, source, name } = model;
  const label = `${manifest.title} ${manifest.version}`;
  const facts = [name, taskText(manifest.task).toLocaleLowerCase(), sizeText(bytes), sourceText(source)];
  const detail = [licenseText(manifest), metricsText(manifest, 3), hiddenText(model) ?? ''];
  return {
    label: isCurrent(model) ? `$(check) ${label}` : label,
    description: facts.join(' · '),
    detail: detail.filter((part) => part !== '').join(' · '),
    buttons,
    model,
  };
}
