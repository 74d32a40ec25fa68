/** The view "Hemorica Models": every model with what people should know of it. */
import * as vscode from 'vscode';
import { MODEL_TASKS, type ModelTask } from '../../core/model/default-models';
import type { ModelManifest } from '../../core/model/manifest';
import { type BrokenModel, type FoundModel, isUsable, type UsableModel } from '../../node/models';
import { hasCard } from './actions';
import {
  hiddenText,
  inputText,
  licenseText,
  metricsText,
  metricValue,
  outputText,
  shortLicense,
  sizeText,
  sourceText,
  taskText,
} from './describe';
import type { ModelRegistry } from './registry';
import { isCurrent } from './select';

/** A line of the view. */
export type ModelNode =
  | { readonly kind: 'task'; readonly task: ModelTask; readonly models: readonly UsableModel[] }
  | { readonly kind: 'broken'; readonly models: readonly BrokenModel[] }
  | { readonly kind: 'model'; readonly model: FoundModel }
  | { readonly kind: 'fact'; readonly label: string; readonly value: string; readonly children?: readonly ModelNode[] };

export const MODELS_VIEW = 'hemorica.models';

export class ModelsTree implements vscode.TreeDataProvider<ModelNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #registry: vscode.Disposable;
  #watchers: vscode.Disposable[] = [];

  constructor(private readonly models: ModelRegistry) {
    this.#registry = models.onDidChange(() => this.refresh());
  }

  /** Looks anew at what is on disk. */
  refresh(): void {
    this.#changed.fire();
  }

  async getChildren(node?: ModelNode): Promise<ModelNode[]> {
    if (!node) return this.#roots();
    if (node.kind === 'fact') return [...(node.children ?? [])];
    if (node.kind === 'model') return factsOf(node.model);
    return node.models.map((model) => ({ kind: 'model', model }));
  }

  getTreeItem(node: ModelNode): vscode.TreeItem {
    switch (node.kind) {
      case 'task':
        return taskItem(node.task, node.models);
      case 'broken': {
        const item = new vscode.TreeItem(vscode.l10n.t('Cannot be used'), vscode.TreeItemCollapsibleState.Expanded);
        item.id = 'broken';
        return item;
      }
      case 'model':
        return isUsable(node.model) ? modelItem(node.model, this.models) : brokenItem(node.model, this.models);
      case 'fact': {
        const { Collapsed, None } = vscode.TreeItemCollapsibleState;
        const item = new vscode.TreeItem(node.label, node.children ? Collapsed : None);
        item.description = node.value;
        item.tooltip = node.value;
        return item;
      }
    }
  }

  /** Follows what happens to the files, while somebody looks. */
  watch(visible: boolean): void {
    for (const watcher of this.#watchers) watcher.dispose();
    this.#watchers = [];
    if (!visible) return;
    for (const { folder } of this.models.places().filter(({ source }) => source !== 'built-in')) {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '{model.json,*/model.json}');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const again = (): void => this.refresh();
      this.#watchers.push(watcher, watcher.onDidChange(again), watcher.onDidCreate(again), watcher.onDidDelete(again));
    }
    this.refresh();
  }

  async #roots(): Promise<ModelNode[]> {
    const all = await this.models.all();
    const broken = all.filter((model): model is BrokenModel => !isUsable(model));
    const usable = all.filter(isUsable);
    return [
      ...MODEL_TASKS.map(
        (task): ModelNode => ({
          kind: 'task',
          task,
          models: usable.filter(({ manifest }) => manifest.task === task),
        }),
      ),
      ...(broken.length > 0 ? [{ kind: 'broken' as const, models: broken }] : []),
    ];
  }

  dispose(): void {
    this.watch(false);
    this.#registry.dispose();
    this.#changed.dispose();
  }
}

function taskItem(task: ModelTask, models: readonly UsableModel[]): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(taskText(task), models.length > 0 ? Expanded : None);
  item.id = task;
  item.contextValue = 'task';
  if (models.length === 0) item.description = vscode.l10n.t('no model');
  return item;
}

function modelItem(model: UsableModel, models: ModelRegistry): vscode.TreeItem {
  const { manifest, bytes, folder } = model;
  const item = new vscode.TreeItem(`${manifest.title} ${manifest.version}`, vscode.TreeItemCollapsibleState.Collapsed);
  const current = isCurrent(model);
  item.id = folder;
  item.description = [sizeText(bytes), shortLicense(manifest), metricsText(manifest, 1)]
    .filter((part) => part !== '')
    .join(' · ');
  const hidden = model.hiddenBy !== undefined;
  item.iconPath = new vscode.ThemeIcon(current ? 'pass-filled' : hidden ? 'circle-slash' : 'circle-large-outline');
  item.contextValue = contextOf(model, models, current ? 'current' : hidden ? 'hidden' : 'usable');
  item.tooltip = tooltipOf(model);
  const state = current ? `${vscode.l10n.t('in use')}, ` : '';
  item.accessibilityInformation = { label: `${item.label}, ${state}${item.description}` };
  return item;
}

function brokenItem(model: BrokenModel, models: ModelRegistry): vscode.TreeItem {
  const item = new vscode.TreeItem(model.name, vscode.TreeItemCollapsibleState.None);
  item.id = model.folder;
  item.description = model.problem.problem;
  item.tooltip = model.problem.message;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.contextValue = contextOf(model, models, 'broken');
  item.command = { command: 'hemorica.openModelManifest', title: '', arguments: [{ kind: 'model', model }] };
  return item;
}

/** Words that the conditions of menus look for. */
function contextOf(model: FoundModel, models: ModelRegistry, state: string): string {
  const removable = models.isAdded(model) ? ['removable'] : [];
  return ['model', state, ...removable, ...(hasCard(model.folder) ? ['card'] : [])].join(' ');
}

function tooltipOf(model: UsableModel): vscode.MarkdownString {
  const { manifest } = model;
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(`${manifest.title} ${manifest.version}`).appendMarkdown('**\n\n');
  for (const line of [
    `${taskText(manifest.task)}, ${sizeText(model.bytes)}, ${sourceText(model.source)}`,
    licenseText(manifest),
    metricsText(manifest),
    manifest.provenance,
    hiddenText(model) ?? '',
    vscode.l10n.t('For research, no medical device'),
  ]) {
    if (line !== '') text.appendText(line).appendMarkdown('\n\n');
  }
  return text;
}

function factsOf(model: FoundModel): ModelNode[] {
  if (!isUsable(model)) return [];
  const { manifest, folder, bytes, source } = model;
  const hidden = hiddenText(model);
  const facts: readonly (readonly [string, string])[] = [
    ...(hidden ? [[vscode.l10n.t('Note'), hidden] as const] : []),
    [vscode.l10n.t('Name'), model.name],
    [vscode.l10n.t('Task'), taskText(manifest.task)],
    [vscode.l10n.t('Size'), sizeText(bytes)],
    [vscode.l10n.t('Input'), inputText(manifest)],
    [vscode.l10n.t('Output'), outputText(manifest)],
    [vscode.l10n.t('License'), licenseText(manifest)],
    [vscode.l10n.t('Attribution'), manifest.license.attribution],
  ];
  return [
    ...facts.map(([label, value]): ModelNode => ({ kind: 'fact', label, value })),
    metricsNode(manifest),
    { kind: 'fact', label: vscode.l10n.t('Made of'), value: manifest.provenance },
    ...(manifest.research === undefined
      ? []
      : [{ kind: 'fact' as const, label: vscode.l10n.t('Research'), value: manifest.research }]),
    { kind: 'fact', label: vscode.l10n.t('Source'), value: sourceText(source) },
    { kind: 'fact', label: vscode.l10n.t('Folder'), value: folder },
  ];
}

function metricsNode(manifest: ModelManifest): ModelNode {
  const label = vscode.l10n.t('Metrics');
  if (manifest.metrics.length === 0) return { kind: 'fact', label, value: vscode.l10n.t('none stated') };
  const children = manifest.metrics.map(
    ({ name, value, data }): ModelNode => ({
      kind: 'fact',
      label: `${name} ${metricValue(value)}`,
      value: data,
    }),
  );
  return { kind: 'fact', label, value: metricsText(manifest, 3), children };
}
