/** The user's leave to send scans to a server: asked once for each server and workspace, and taken back by a command. */
import * as vscode from 'vscode';
import { isExposed } from '../../node/remote-endpoint';

const KEY = 'hemorica.remote.agreed';

export class RemoteConsent {
  /** Questions that are on the screen: requests at the same time ask once. */
  readonly #asking = new Map<string, Promise<boolean>>();

  /** @param state Of the workspace. */
  constructor(private readonly state: vscode.Memento) {}

  /** Servers that the user has agreed to in this workspace. */
  get agreed(): readonly string[] {
    return this.state.get<string[]>(KEY, []);
  }

  /** Asks unless the user has agreed before. Throws Error where the answer is no. */
  async need(endpoint: string): Promise<void> {
    if (this.agreed.includes(endpoint)) return;
    const asking = this.#asking.get(endpoint) ?? this.#ask(endpoint).finally(() => this.#asking.delete(endpoint));
    this.#asking.set(endpoint, asking);
    if (await asking) return;
    throw new Error(
      vscode.l10n.t(
        'Nothing was sent to {0}, and no model ran. Clear the setting {1} to run models on this computer.',
        endpoint,
        '"hemorica.inference.remote.endpoint"',
      ),
    );
  }

  async #ask(endpoint: string): Promise<boolean> {
    const send = vscode.l10n.t('Send Scans');
    const sent = vscode.l10n.t(
      'By your settings, models run on this server. It gets the pictures of the scan that the model sees, without file names or patient data; a head can be recognized from pictures of it. Hemorica will not ask again for this server in this workspace.',
    );
    const exposed = vscode.l10n.t('The connection is not encrypted: others on the way can read what is sent.');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Send scans to {0}?', endpoint),
      { modal: true, detail: isExposed(endpoint) ? `${sent}\n\n${exposed}` : sent },
      send,
    );
    if (answer !== send) return false;
    await this.state.update(KEY, [...new Set([...this.agreed, endpoint])]);
    return true;
  }

  /** Takes back the leave for all servers in this workspace. */
  async forget(): Promise<void> {
    await this.state.update(KEY, undefined);
  }
}
