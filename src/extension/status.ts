import * as vscode from 'vscode';
import { DEFAULT_MODELS, MODEL_TASKS } from '../core/model/default-models';
import type { EngineRun } from '../node/inference-client';
import type { SessionList } from './editor/session-list';
import { engineTooltip } from './engine/report';
import { remoteSettings } from './engine/settings';
import { howToRun, modelLabel, nameOfModel } from './models/model';
import { statusText } from './status-text';

/** Keeps the status bar and the context keys of keybindings in step with the scan editor in front. */
export class StatusReporter implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('hemorica.status', vscode.StatusBarAlignment.Right, 100);
  readonly #subscriptions: vscode.Disposable[];
  readonly #keys = new Map<string, unknown>();
  /** What ran last. */
  #run: EngineRun | undefined;

  constructor(private readonly sessions: SessionList) {
    this.#item.name = 'Hemorica';
    this.#item.command = 'hemorica.setWindow';
    this.#subscriptions = [
      this.#item,
      sessions.onDidChange(() => this.#update()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#update()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (['hemorica.inference', 'hemorica.models'].some((section) => event.affectsConfiguration(section)))
          this.#run = undefined;
        this.#update();
      }),
    ];
    this.#update();
  }

  /** To be called when a model has run. */
  modelRan(run: EngineRun): void {
    this.#run = run;
    this.#update();
  }

  /** What the status bar says beyond its text; undefined where it is hidden. */
  get tooltip(): string | undefined {
    const { tooltip } = this.#item;
    return tooltip instanceof vscode.MarkdownString ? tooltip.value : tooltip;
  }

  #update(): void {
    const session = this.sessions.active;
    this.#setContext('hemorica.scanActive', session !== undefined);
    this.#setContext('hemorica.viewFocus', session?.status?.focus === 'view');
    const notices = session?.document.decoded?.notices ?? [];
    this.#setContext(
      'hemorica.timeSeries',
      notices.some(({ code }) => code === 'time-series'),
    );
    this.#setContext('hemorica.annotation', session?.document.annotation.state ?? 'none');
    if (!session) {
      this.#item.hide();
      return;
    }
    this.#item.text = statusText(this.#model(session.document.uri), session.status);
    this.#item.tooltip = engineTooltip(this.#run);
    this.#item.show();
  }

  /** The model that runs on a scan; undefined where none can. */
  #model(scan: vscode.Uri): string | undefined {
    if (!vscode.workspace.isTrusted || scan.scheme !== 'file') return undefined;
    // A model that was only tried is not the one that runs.
    const known = MODEL_TASKS.flatMap((task) => [nameOfModel(task), DEFAULT_MODELS[task]]);
    if (this.#run && known.includes(this.#run.model)) return modelLabel(this.#run.model, this.#run.provider);
    const name = nameOfModel('segmentation');
    return name && modelLabel(name, isRemote() ? 'remote' : (howToRun().providers[0] ?? 'cpu'));
  }

  #setContext(key: string, value: unknown): void {
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}

/** Whether models are to run on a server; a setting that is wrong is told of when one runs. */
function isRemote(): boolean {
  try {
    return remoteSettings() !== undefined;
  } catch {
    return true;
  }
}
