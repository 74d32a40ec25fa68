import * as vscode from 'vscode';
import type { ViewSettings } from '../protocol/view';
import { viewSettingsFrom } from './view-settings';

/** First part of the names of all our settings and commands. */
export const SECTION = 'hemorica';

/** Settings of the page as they apply to a scan. */
export function viewSettings(scan: vscode.Uri | undefined): ViewSettings {
  const configuration = vscode.workspace.getConfiguration(SECTION, scan);
  return viewSettingsFrom((key) => ({
    value: configuration.get(key),
    standard: configuration.inspect(key)?.defaultValue,
  }));
}
