import * as vscode from 'vscode';
import { SECTION } from '../settings';

/** The model that segments, and the execution providers it may use. */
export interface ModelChoice {
  /** Name of the model's folder, which is the model's name. */
  readonly name: string;
  /** Absolute path of the model's folder. */
  readonly folder: string;
  readonly providers: readonly string[];
  /** Threads to use; undefined where the user leaves that to us. */
  readonly threads: number | undefined;
}

const MODEL = 'ich-prototype';
const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'];

export function chosenModel(extensionUri: vscode.Uri): ModelChoice {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const configured = configuration.get<unknown>('inference.providers');
  const threads = configuration.get<unknown>('inference.threads');
  const providers = Array.isArray(configured) ? configured.filter((name) => PROVIDERS.includes(name)) : [];
  return {
    name: MODEL,
    folder: vscode.Uri.joinPath(extensionUri, 'models', MODEL).fsPath,
    providers: providers.length > 0 ? providers : ['cpu'],
    threads: typeof threads === 'number' && Number.isInteger(threads) && threads > 0 ? threads : undefined,
  };
}

/** "ich-prototype (CPU)" */
export function modelLabel(name: string, provider: string): string {
  return `${name} (${provider.toUpperCase()})`;
}
