import * as vscode from 'vscode';
import { parseEndpoint } from '../../node/remote-endpoint';
import { SECTION } from '../settings';

/** Longest time that a server may have for an answer, s: the process is taken for dead when nothing is heard of it for two minutes. */
const LONGEST_TIMEOUT = 100;

export interface RemoteSettings {
  readonly url: string;
  readonly models: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** The server that is to run models; undefined where they run here. Throws Error that names the setting. */
export function remoteSettings(): RemoteSettings | undefined {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const endpoint = configuration.get<unknown>('inference.remote.endpoint');
  if (typeof endpoint !== 'string' || endpoint.trim() === '') return undefined;
  const models = configuration.get<unknown>('inference.remote.models');
  const timeout = configuration.get<unknown>('inference.remote.timeout');
  return {
    url: endpointOf(endpoint),
    models: Object.fromEntries(
      Object.entries(Object(models)).filter((entry): entry is [string, string] => isName(entry[1])),
    ),
    timeoutSeconds: typeof timeout === 'number' && timeout > 0 ? Math.min(LONGEST_TIMEOUT, timeout) : 60,
  };
}

function endpointOf(text: string): string {
  try {
    return parseEndpoint(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(vscode.l10n.t('The setting {0} {1}', '"hemorica.inference.remote.endpoint"', problem));
  }
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Folder that the user has named for CUDA's libraries; '' for none. */
export function cudaFolderSetting(): string {
  const value = vscode.workspace.getConfiguration(SECTION).get<unknown>('inference.cudaFolder');
  return typeof value === 'string' ? value.trim() : '';
}
