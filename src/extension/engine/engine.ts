/** How models run: by the settings, with the user's leave where scans go to a server. */
import type * as vscode from 'vscode';
import { cudaFolder } from '../../node/cuda-folder';
import type { Engine } from '../../node/inference-client';
import { RemoteConsent } from './consent';
import { cudaFolderSetting, remoteSettings } from './settings';

const TOKEN_KEY = 'hemorica.remote.token:';

export class EngineSource {
  readonly consent: RemoteConsent;
  /** What was found in the folder for CUDA. */
  #looked: { readonly folder: string; readonly env: Promise<Readonly<Record<string, string>>> } | undefined;

  /** @param script The program of the inference process. */
  constructor(
    private readonly context: Pick<vscode.ExtensionContext, 'workspaceState' | 'globalStorageUri' | 'secrets'>,
    readonly script: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.consent = new RemoteConsent(context.workspaceState);
  }

  /** The engine that is set; asks the user where it is a server that he or she has not agreed to. Throws Error where the answer is no. */
  async engine(): Promise<Engine> {
    const remote = remoteSettings();
    if (!remote) return { env: await this.#environment() };
    await this.consent.need(remote.url);
    const token = await this.context.secrets.get(TOKEN_KEY + remote.url);
    return { remote: { ...remote, ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }) } };
  }

  /** Looks for CUDA's libraries again before the next run. */
  refresh(): void {
    this.#looked = undefined;
  }

  #environment(): Promise<Readonly<Record<string, string>>> {
    const folder = cudaFolderSetting();
    if (this.#looked?.folder !== folder) this.#looked = { folder, env: this.#look(folder) };
    return this.#looked.env;
  }

  async #look(folder: string): Promise<Readonly<Record<string, string>>> {
    try {
      const { env, missing } = await cudaFolder(folder, this.script, this.context.globalStorageUri.fsPath);
      if (missing.length > 0) this.log.warn(`hemorica.inference.cudaFolder: ${missing.join(', ')} not found there.`);
      return env;
    } catch (error) {
      // A folder that is gone is no reason to run nothing; why CUDA is not used is told with the run.
      this.log.warn(`hemorica.inference.cudaFolder: ${error instanceof Error ? error.message : String(error)}`);
      return {};
    }
  }

  /** Keeps a server's token apart from settings; '' removes it. */
  async setToken(endpoint: string, token: string): Promise<void> {
    if (token === '') await this.context.secrets.delete(TOKEN_KEY + endpoint);
    else await this.context.secrets.store(TOKEN_KEY + endpoint, token);
  }
}
