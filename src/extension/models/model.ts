import * as vscode from 'vscode';
import { DEFAULT_MODELS, type ModelTask } from '../../core/model/default-models';
import { type FoundModel, isUsable, modelNamed } from '../../node/models';
import { SECTION } from '../settings';
import { configuredModel, type ModelRegistry } from './registry';

/** The model that runs, and the execution providers it may use. */
export interface ModelChoice {
  /** The model's name, as its manifest says it. */
  readonly name: string;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly providers: readonly string[];
  /** Threads to use; undefined where the user leaves that to us. */
  readonly threads: number | undefined;
}

const PROVIDERS = ['auto', 'cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

/**
 * The model that the user has chosen for a task, or else the default one; where the chosen one cannot
 * be used, the default one with a message that says so. Throws Error where there is none to run.
 */
export async function chosenModel(
  { models }: { readonly models: ModelRegistry },
  task: ModelTask,
): Promise<ModelChoice> {
  const all = await models.all();
  const chosen = configuredModel(task);
  const standard = DEFAULT_MODELS[task];
  const found = chosen === undefined ? undefined : modelNamed(all, chosen, task);
  if (found) return { ...howToRun(), name: found.name, folder: found.folder };
  const fallback = standard === undefined ? undefined : modelNamed(all, standard, task);
  if (!fallback) throw new Error(reasonAgainst(all, chosen ?? standard, task));
  if (chosen !== undefined) {
    const select = vscode.l10n.t('Select Model');
    const message = vscode.l10n.t(
      '{0} The default one, {1}, is used.',
      reasonAgainst(all, chosen, task),
      fallback.name,
    );
    void vscode.window.showWarningMessage(message, select).then((answer) => {
      if (answer === select) void vscode.commands.executeCommand('hemorica.selectModel', task);
    });
  }
  return { ...howToRun(), name: fallback.name, folder: fallback.folder };
}

/** Name of the model that is meant for a task, whether or not it is there; costs nothing. */
export function nameOfModel(task: ModelTask): string | undefined {
  return configuredModel(task) ?? DEFAULT_MODELS[task];
}

/** Execution providers and threads that the settings allow to models. */
export function howToRun(): Pick<ModelChoice, 'providers' | 'threads'> {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const configured = configuration.get<unknown>('inference.providers');
  const threads = configuration.get<unknown>('inference.threads');
  const providers = Array.isArray(configured) ? configured.filter((name) => PROVIDERS.includes(name)) : [];
  return {
    providers: providers.length > 0 ? providers : ['auto'],
    threads: typeof threads === 'number' && Number.isInteger(threads) && threads > 0 ? threads : undefined,
  };
}

/** Why a model cannot be used, and what to do, in full sentences. */
function reasonAgainst(all: readonly FoundModel[], name: string | undefined, task: ModelTask): string {
  if (name === undefined) {
    return task === 'segmentation'
      ? vscode.l10n.t('There is no model for segmentation. Add one from an ONNX file, or name a folder with models.')
      : vscode.l10n.t('There is no model for classification. Add one from an ONNX file, or name a folder with models.');
  }
  const same = all.find((model) => model.name === name && model.hiddenBy === undefined);
  if (same && !isUsable(same)) return vscode.l10n.t('The model {0} cannot be used. {1}', name, same.problem.message);
  if (same) return vscode.l10n.t('The model {0} is for another task.', name);
  return vscode.l10n.t('The model {0} is not there any more.', name);
}

/** "ich-seg (CPU)" */
export function modelLabel(name: string, provider: string): string {
  return `${name} (${provider.toUpperCase()})`;
}
