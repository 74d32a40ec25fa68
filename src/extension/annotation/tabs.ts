import * as vscode from 'vscode';

/** Addresses of the files that tabs show as text or in an editor over a text document. */
export function tabUris(): Set<string> {
  const uris = new Set<string>();
  for (const { tabs } of vscode.window.tabGroups.all) {
    for (const { input } of tabs) {
      if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)
        uris.add(input.uri.toString());
      else if (input instanceof vscode.TabInputTextDiff) {
        uris.add(input.original.toString());
        uris.add(input.modified.toString());
      }
    }
  }
  return uris;
}

/** Whether a tab of a custom editor of ours shows a file and has unsaved changes in the eyes of VS Code. */
export function hasDirtyTab(uri: vscode.Uri): boolean {
  return vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some(
      ({ input, isDirty }) => isDirty && input instanceof vscode.TabInputCustom && String(input.uri) === String(uri),
    ),
  );
}
