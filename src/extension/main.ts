/** Composition root of the extension: makes the parts, joins them, and hands them to VS Code for disposal. */
import * as vscode from 'vscode';
import { registerOpenSeries } from './commands/open-series';
import { registerViewCommands } from './commands/view';
import { ANY_FILE_VIEW, SCAN_VIEW, ScanEditorProvider } from './editor/provider';
import { SessionList } from './editor/session-list';
import { HeaderReader } from './scan/headers';
import type { Services } from './services';
import { StatusReporter } from './status';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Hemorica', { log: true });
  const sessions = new SessionList();
  const services: Services = { extensionUri: context.extensionUri, log, headers: new HeaderReader(), sessions };
  const provider = new ScanEditorProvider(services);
  const options = { supportsMultipleEditorsPerDocument: true };
  context.subscriptions.push(
    log,
    sessions,
    provider,
    vscode.window.registerCustomEditorProvider(SCAN_VIEW, provider, options),
    vscode.window.registerCustomEditorProvider(ANY_FILE_VIEW, provider, options),
    new StatusReporter({ sessions, modelLabel: () => 'ich-prototype' }),
    ...registerViewCommands(services),
    registerOpenSeries(services),
  );
}
